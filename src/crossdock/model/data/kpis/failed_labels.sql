-- title: Failed label requests
-- meaning: Labels that were asked for and did not come, or that may exist without anybody knowing them; the detail
--   begins with how the last call ended.
-- unit: labels
-- over: 3
-- severity: high
-- owner: carriers-desk
-- do: Fetch the label at the carrier's site, or void it and book again.
-- page: exceptions
-- filter: kind=label.failed,label.maybe_bought
-- requirement: L5
SELECT partner, '' AS carrier, subject, pointer AS reference, raised_at AS since, 1 AS value, 1 AS weight,
  COALESCE((
    SELECT attempt.verdict || ': '
    FROM command JOIN attempt ON attempt.exchange_id = command.id AND attempt.number = command.attempt
    WHERE command.subject = business_exception.subject AND command.kind IN ('label.fetch.v1', 'label.buy.v1')
      AND command.created_at <= :at
    ORDER BY command.created_at DESC, command.id DESC
    LIMIT 1
  ), '') || text AS detail, owner
FROM business_exception
WHERE kind IN ('label.failed', 'label.maybe_bought') AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
