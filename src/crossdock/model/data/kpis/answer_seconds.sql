-- title: Time to answer
-- meaning: From what a partner is asked for to its answer: 95 of 100 are faster.
-- unit: seconds
-- measure: p95
-- owner: integration
-- do: See whether the partner is slow or throttled: crossdock partner list.
-- page: parked
-- hours: 24
-- scorecard: 5
-- requirement: I11
SELECT partner, '' AS carrier, subject, id AS reference, created_at AS since, (settled_at - created_at) / 1000000.0 AS value,
  1 AS weight, kind AS detail, '' AS owner
FROM command
WHERE created_at > :since AND created_at <= :at AND status = 'done' AND settled_at <= :at
