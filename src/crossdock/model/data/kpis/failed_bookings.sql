-- title: Failed carrier bookings
-- meaning: Packages whose booking a carrier refused and that are not booked otherwise yet.
-- unit: bookings
-- over: 5
-- severity: high
-- owner: carriers-desk
-- do: Read what the carrier says, put the order right, and book again.
-- requirement: L4
-- page: exceptions
-- filter: kind=booking.failed
SELECT partner, '' AS carrier, subject, pointer AS reference, raised_at AS since, 1 AS value, 1 AS weight,
  text AS detail, owner
FROM business_exception
WHERE kind = 'booking.failed' AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
