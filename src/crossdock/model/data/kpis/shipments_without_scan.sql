-- title: Shipments missing tracking events
-- meaning: Parcels with a label of which no scan came in time, or nothing further since the last one.
-- unit: parcels
-- over: 10
-- severity: high
-- owner: carriers-desk
-- do: Look whether the parcels were handed over; then ask the carrier.
-- needs: processes.expectations, processes.tracking_watch
-- requirement: L10
-- page: exceptions
-- filter: kind=scan.missing,tracking.dead,shipment.silent
SELECT MAX(partner) AS partner, '' AS carrier, subject, number AS reference, MIN(raised_at) AS since, 1 AS value,
  1 AS weight, MAX(text) AS detail, MAX(owner) AS owner
FROM (
  SELECT partner, subject, raised_at, text, owner,
    CASE WHEN pointer LIKE '/shipments/%' THEN SUBSTR(pointer, 12)
      WHEN pointer LIKE '/first_scan/%' THEN SUBSTR(pointer, 13)
      WHEN pointer LIKE '/proof/%' THEN SUBSTR(pointer, 8)
      ELSE pointer END AS number
  FROM business_exception
  WHERE kind IN ('scan.missing', 'tracking.dead', 'shipment.silent') AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
) AS missed
GROUP BY subject, number
