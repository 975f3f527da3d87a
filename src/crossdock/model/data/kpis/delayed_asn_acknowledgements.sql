-- title: Delayed ASN acknowledgements
-- meaning: Announcements of goods that their receiver has not acknowledged in time.
-- unit: announcements
-- over: 3
-- severity: high
-- owner: warehouse
-- do: Ask the warehouse whether it has the announcement; announce again if not.
-- needs: processes.procure_to_receive
-- requirement: L8 D9
-- page: exceptions
-- filter: kind=announcement.unacknowledged
SELECT partner, '' AS carrier, subject, pointer AS reference, raised_at AS since, 1 AS value, 1 AS weight,
  text AS detail, owner
FROM business_exception
WHERE kind = 'announcement.unacknowledged' AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
