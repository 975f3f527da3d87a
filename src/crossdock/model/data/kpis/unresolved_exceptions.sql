-- title: Unresolved exceptions
-- meaning: Business exceptions that are open.
-- unit: exceptions
-- over: 100
-- severity: high
-- owner: operations
-- do: Work by cause: crossdock exceptions groups.
-- page: exceptions
-- filter: queue=business
-- requirement: L13
SELECT partner, '' AS carrier, subject, id AS reference, raised_at AS since, 1 AS value, 1 AS weight, text AS detail, owner
FROM business_exception
WHERE queue = 'business' AND kind NOT LIKE 'kpi.%' AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
