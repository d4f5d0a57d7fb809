"""Reports on an assessment: one model, shown as HTML, PDF, XLSX, JSON and OSCAL, signed and verifiable offline."""
