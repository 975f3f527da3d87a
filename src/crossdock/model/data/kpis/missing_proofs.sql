-- title: Missing proofs of delivery
-- meaning: Parcels that were delivered and of which no proof came in time.
-- unit: parcels
-- over: 10
-- severity: high
-- owner: carriers-desk
-- do: Ask the carrier for the proofs; while they are missing their invoices wait.
-- needs: processes.expectations, exceptions.carriers.proof_hours
-- requirement: L6 F3
-- page: exceptions
-- filter: kind=proof.missing
SELECT MAX(partner) AS partner, '' AS carrier, subject, number AS reference, MIN(raised_at) AS since, 1 AS value,
  1 AS weight, MAX(text) AS detail, MAX(owner) AS owner
FROM (
  SELECT partner, subject, raised_at, text, owner,
    CASE WHEN pointer LIKE '/shipments/%' THEN SUBSTR(pointer, 12)
      WHEN pointer LIKE '/first_scan/%' THEN SUBSTR(pointer, 13)
      WHEN pointer LIKE '/proof/%' THEN SUBSTR(pointer, 8)
      ELSE pointer END AS number
  FROM business_exception
  WHERE kind IN ('proof.missing') AND raised_at <= :at AND (resolved_at = 0 OR resolved_at > :at)
) AS missed
GROUP BY subject, number
