-- title: Notifications not triggered
-- meaning: Customers' notices that are due for longer than their objective and are neither sent, held, deferred nor
--   dropped.
-- unit: notices
-- over: 5
-- severity: high
-- owner: customer-service
-- do: See whether mail goes out: crossdock notices list.
-- page: orders
-- hours: 168
-- objective: 900
-- needs: customer_notices
-- history: no
-- requirement: L15
SELECT '' AS partner, carrier, subject, told.kind AS reference, updated_at AS since, 1 AS value, 1 AS weight,
  milestone AS detail, '' AS owner
FROM state
CROSS JOIN (
  SELECT 'booked' AS kind UNION ALL SELECT 'in_transit' UNION ALL SELECT 'out_for_delivery' UNION ALL SELECT 'available_for_pickup'
  UNION ALL SELECT 'delayed' UNION ALL SELECT 'exception' UNION ALL SELECT 'delivered' UNION ALL SELECT 'returned'
) AS told
WHERE updated_at > :since AND updated_at < :at - CAST(:objective * 1000000 AS BIGINT)
  AND told.kind || '/' || milestone IN :told
  AND NOT EXISTS (SELECT 1 FROM notice WHERE notice.subject = state.subject AND notice.kind = told.kind)
UNION ALL
SELECT '' AS partner, '' AS carrier, subject, kind AS reference, at AS since, 1 AS value, 1 AS weight, step AS detail, '' AS owner
FROM notice
WHERE step = 'due' AND mail AND at < :at - CAST(:objective * 1000000 AS BIGINT)
