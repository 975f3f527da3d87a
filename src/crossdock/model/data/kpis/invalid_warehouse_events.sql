-- title: Warehouse events failing validation
-- meaning: Messages of warehouses that could not be read and wait for a person, and those of the last day that were
--   refused at the door.
-- unit: messages
-- over: 3
-- severity: high
-- queue: technical
-- owner: integration
-- do: Read the first one; tell the warehouse, or mend the mapping and retry.
-- page: parked
-- hours: 24
-- history: no
-- runbook: runbooks/bad-mapping.md
-- requirement: L15
SELECT partner, '' AS carrier, subject, id AS reference, received_at AS since, 1 AS value, 1 AS weight, operator AS detail,
  '' AS owner
FROM exchange
WHERE status IN ('parked', 'waiting', 'refused', 'in_doubt', 'retry') AND status = 'parked' AND received_at <= :at AND partner IN :warehouses
UNION ALL
SELECT partner, '' AS carrier, '' AS subject, id AS reference, received_at AS since, 1 AS value, 1 AS weight,
  operator AS detail, '' AS owner
FROM refused
WHERE partner IN :warehouses AND received_at > :since AND received_at <= :at
