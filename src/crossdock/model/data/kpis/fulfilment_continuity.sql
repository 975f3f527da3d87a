-- title: Fulfilment continuity
-- meaning: Of the orders released to warehouses before the objective and not called off: those shipped within it.
-- unit: percent
-- measure: share
-- under: 90
-- severity: high
-- owner: warehouse
-- do: See who holds orders up: crossdock kpi show stuck_orders.
-- page: exceptions
-- filter: kind=despatch.overdue
-- hours: 168
-- objective: 86400
-- needs: processes.order_release
-- scorecard: 13
-- requirement: L21
SELECT partner, '' AS carrier, subject, reference, released_at AS since,
  CASE WHEN shipped_at > 0 AND shipped_at - released_at <= CAST(:objective * 1000000 AS BIGINT) THEN 1 ELSE 0 END AS value,
  1 AS weight, '' AS detail, '' AS owner
FROM handover
WHERE released_at > :since AND released_at <= :at - CAST(:objective * 1000000 AS BIGINT) AND cancelled_at = 0
