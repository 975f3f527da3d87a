-- title: Exceptions per 1,000 orders
-- meaning: Business exceptions about a partner, per 1,000 orders it got; over all partners: of all kinds, per 1,000
--   times a partner got an order.
-- unit: exceptions per 1,000 orders
-- measure: mean
-- owner: operations
-- do: Compare with the period before: crossdock scorecard.
-- page: exceptions
-- filter: queue=business
-- hours: 168
-- scorecard: 8
-- requirement: I11 L21
SELECT partner, carrier, subject, '' AS reference, since, 1000.0 * (
    SELECT COUNT(*) FROM business_exception
    WHERE business_exception.subject = moved.subject AND queue = 'business' AND raised_at > 0 AND raised_at <= :at
      AND (business_exception.partner IN (moved.partner, moved.carrier) OR :partner = '')
  ) AS value, 1 AS weight, '' AS detail, '' AS owner
FROM (
  SELECT partner, carrier, subject, MIN(booked_at) AS since FROM parcel
  WHERE booked_at > :since AND booked_at <= :at GROUP BY partner, carrier, subject
  UNION ALL
  SELECT partner, '' AS carrier, subject, MIN(released_at) AS since FROM handover
  WHERE released_at > :since AND released_at <= :at GROUP BY partner, subject
) AS moved
