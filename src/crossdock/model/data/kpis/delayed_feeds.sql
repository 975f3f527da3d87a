-- title: Delayed feeds
-- meaning: Partners of which nothing was heard for longer than they may be silent.
-- unit: feeds
-- over: 2
-- severity: high
-- queue: technical
-- owner: integration
-- do: Look whether the partner's webhook or feed still works; then call the partner.
-- needs: processes.tracking_watch.feeds
-- runbook: runbooks/carrier-outage.md
-- requirement: L14
-- page: exceptions
-- filter: kind=feed.silent
SELECT partner, '' AS carrier, subject, pointer AS reference, raised_at AS since, 1 AS value, 1 AS weight,
  text AS detail, owner
FROM business_exception
WHERE kind = 'feed.silent' AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
