-- title: Unmatched freight charges
-- meaning: Lines of freight invoices that belong to no shipment known here.
-- unit: lines
-- over: 5
-- severity: high
-- owner: finance
-- do: Link each line to its shipment, or dispute it.
-- needs: partners.*.config.charges
-- requirement: L9 G3
-- page: exceptions
-- filter: kind=freight.unmatched
SELECT partner, '' AS carrier, subject, pointer AS reference, raised_at AS since, 1 AS value, 1 AS weight,
  text AS detail, owner
FROM business_exception
WHERE kind = 'freight.unmatched' AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
