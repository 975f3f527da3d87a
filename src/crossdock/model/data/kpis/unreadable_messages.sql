-- title: Messages that could not be read
-- meaning: Of all messages of the period: those that stopped.
-- unit: percent
-- measure: ratio
-- over: 2
-- severity: high
-- queue: technical
-- owner: integration
-- do: Mend the mapping and retry: crossdock parked list.
-- page: parked
-- hours: 24
-- scorecard: 12
-- runbook: runbooks/bad-mapping.md
-- requirement: I11
SELECT partner, '' AS carrier, '' AS subject, '' AS reference, MIN(received_at) AS since,
  SUM(CASE WHEN status IN ('parked', 'refused') THEN 1 ELSE 0 END) AS value, COUNT(*) AS weight, '' AS detail, '' AS owner
FROM exchange
WHERE received_at > :since AND received_at <= :at
GROUP BY partner
