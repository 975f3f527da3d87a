-- title: Orders awaiting fulfilment
-- meaning: Orders that a warehouse has and has not shipped, refused or cancelled.
-- unit: orders
-- owner: warehouse
-- do: Nothing by itself: compare with what the warehouse can ship in a day.
-- page: orders
-- filter: phase=released
-- needs: processes.order_release
-- requirement: L11
SELECT partner, '' AS carrier, subject, reference, released_at AS since, 1 AS value, 1 AS weight,
  CASE WHEN picked_at > 0 AND picked_at <= :at THEN 'picking began'
    WHEN acknowledged_at > 0 AND acknowledged_at <= :at THEN 'acknowledged' ELSE 'not acknowledged' END AS detail, '' AS owner
FROM handover
WHERE released_at > 0 AND released_at <= :at AND (ended_at = 0 OR ended_at > :at)
