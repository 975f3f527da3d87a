-- title: Unassigned deliveries
-- meaning: Delivery orders for which no warehouse, or no carrier, can be found: no rule fits, nobody offers a rate,
--   or the carrier takes no bookings.
-- unit: orders
-- over: 5
-- severity: high
-- owner: order-desk
-- do: Open the list, change the order or the rule that leaves it out, then book again.
-- requirement: L3
-- page: exceptions
-- filter: kind=route.none,rates.none,carrier.unavailable
SELECT MAX(partner) AS partner, '' AS carrier, subject, MIN(pointer) AS reference, MIN(raised_at) AS since,
  1 AS value, 1 AS weight, MAX(text) AS detail, MAX(owner) AS owner
FROM business_exception
WHERE kind IN ('route.none', 'rates.none', 'carrier.unavailable')
  AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
GROUP BY subject
