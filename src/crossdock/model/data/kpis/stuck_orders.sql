-- title: Stuck orders
-- meaning: Orders that stand in a step for longer than it may take; the detail says who is waited for.
-- unit: orders
-- over: 10
-- severity: high
-- owner: order-desk
-- do: Ask whoever the list says is late.
-- needs: processes.expectations
-- requirement: L11
-- page: exceptions
-- filter: kind=stage.overdue,acknowledgement.overdue,pick.not_started,pick.overdue,pack.overdue,despatch.overdue,change.unanswered,backorder.overdue
SELECT MAX(partner) AS partner, '' AS carrier, subject, MIN(pointer) AS reference, MIN(raised_at) AS since,
  1 AS value, 1 AS weight, MAX(text) AS detail, MAX(owner) AS owner
FROM business_exception
WHERE kind IN ('stage.overdue', 'acknowledgement.overdue', 'pick.not_started', 'pick.overdue', 'pack.overdue', 'despatch.overdue', 'change.unanswered', 'backorder.overdue')
  AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
GROUP BY subject
