-- title: Failed syncs
-- meaning: Messages, in and out, that stopped and wait for a person.
-- unit: messages
-- over: 10
-- severity: high
-- queue: technical
-- owner: integration
-- do: Read what each says, mend its cause, and retry: crossdock parked list.
-- page: parked
-- history: no
-- runbook: runbooks/poison-message.md
-- requirement: L14
SELECT partner, '' AS carrier, subject, id AS reference, received_at AS since, 1 AS value, 1 AS weight, operator AS detail,
  '' AS owner
FROM exchange
WHERE status IN ('parked', 'waiting', 'refused', 'in_doubt', 'retry') AND status = 'parked' AND received_at <= :at
UNION ALL
SELECT partner, '' AS carrier, subject, id AS reference, created_at AS since, 1 AS value, 1 AS weight, operator AS detail,
  '' AS owner
FROM command
WHERE status IN ('parked', 'waiting', 'refused', 'in_doubt', 'retry') AND status IN ('parked', 'refused') AND created_at <= :at
