-- title: Delayed status propagation
-- meaning: Words of carriers of the last day that took longer than the objective to be written in the system of
--   record, or are not written yet and have waited for longer.
-- unit: writes
-- over: 10
-- severity: high
-- queue: technical
-- owner: integration
-- do: Look at the queue of the system of record and at its health: crossdock partner list.
-- page: parked
-- hours: 24
-- objective: 300
-- runbook: runbooks/odoo-outage.md
-- requirement: L7
SELECT partner, '' AS carrier, subject, id AS reference, received_at AS since, seconds AS value, 1 AS weight, kind AS detail,
  '' AS owner
FROM (
  SELECT command.partner, command.subject, command.id, command.kind,
    CASE WHEN event.received_at > 0 THEN event.received_at ELSE command.created_at END AS received_at,
    (CASE WHEN command.status = 'done' AND command.settled_at <= :at THEN command.settled_at ELSE :at END
      - CASE WHEN event.received_at > 0 THEN event.received_at ELSE command.created_at END) / 1000000.0 AS seconds
  FROM command
  LEFT JOIN event ON event.subject = command.subject AND event.key = command.cause
  WHERE command.created_at > :since AND command.created_at <= :at
    AND command.kind IN ('milestone.record.v1', 'proof.record.v1')
    AND command.status IN ('done', 'queued', 'sending', 'retry', 'in_doubt', 'parked', 'refused')
) AS written
WHERE seconds > :objective
