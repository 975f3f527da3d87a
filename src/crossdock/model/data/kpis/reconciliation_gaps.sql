-- title: Reconciliation gaps
-- meaning: Differences between what the store and a partner say that did not heal by themselves; the detail has both
--   sides' words.
-- unit: gaps
-- over: 5
-- severity: high
-- owner: order-desk
-- do: Compare both sides and put the wrong one right; the next run closes it.
-- needs: reconciliation.enabled
-- requirement: L12
-- page: exceptions
-- filter: kind=reconciliation.gap
SELECT partner, '' AS carrier, subject, pointer AS reference, raised_at AS since, 1 AS value, 1 AS weight,
  text AS detail, owner
FROM business_exception
WHERE kind = 'reconciliation.gap' AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
