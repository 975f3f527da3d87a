-- title: Time to acknowledgement
-- meaning: From an order's release to its warehouse's acknowledgement: half are faster.
-- unit: minutes
-- measure: median
-- over: 60
-- severity: high
-- owner: warehouse
-- do: Ask the warehouse how often it reads its orders.
-- page: exceptions
-- filter: kind=acknowledgement.overdue
-- hours: 168
-- scorecard: 4
-- requirement: I11
SELECT partner, '' AS carrier, subject, reference, released_at AS since,
  CASE WHEN acknowledged_at > released_at THEN acknowledged_at - released_at ELSE 0 END / 60000000.0 AS value, 1 AS weight,
  '' AS detail, '' AS owner
FROM handover
WHERE released_at > :since AND released_at <= :at AND acknowledged_at > 0
