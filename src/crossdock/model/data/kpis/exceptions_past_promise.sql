-- title: Exceptions past their promise
-- meaning: Open business exceptions that nobody took, or that did not end, in the time their kind promises.
-- unit: exceptions
-- over: 10
-- severity: high
-- owner: operations
-- do: Take them or give them to somebody who can: crossdock exceptions assign.
-- page: exceptions
-- filter: queue=business late=yes
-- requirement: L13
SELECT partner, '' AS carrier, subject, id AS reference, raised_at AS since, 1 AS value, 1 AS weight, text AS detail, owner
FROM business_exception
WHERE queue = 'business' AND kind NOT LIKE 'kpi.%' AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
  AND ((breached_at > 0 AND breached_at <= :at) OR (resolve_by > 0 AND resolve_by <= :at)
    OR (acknowledge_by > 0 AND acknowledge_by <= :at AND (acknowledged_at = 0 OR acknowledged_at > :at)))
