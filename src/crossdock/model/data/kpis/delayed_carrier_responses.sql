-- title: Delayed carrier responses
-- meaning: What carriers were asked for and have not answered for longer than the objective.
-- unit: requests
-- over: 10
-- severity: high
-- queue: technical
-- owner: integration
-- do: See whether the carrier is down: crossdock partner list.
-- page: parked
-- objective: 600
-- history: no
-- runbook: runbooks/carrier-outage.md
-- requirement: L15
SELECT partner, '' AS carrier, subject, id AS reference, created_at AS since, 1 AS value, 1 AS weight,
  CASE WHEN operator = '' THEN kind ELSE kind || ': ' || operator END AS detail, '' AS owner
FROM command
WHERE status IN ('queued', 'sending', 'retry', 'in_doubt') AND partner IN :carriers
  AND created_at <= :at - CAST(:objective * 1000000 AS BIGINT)
