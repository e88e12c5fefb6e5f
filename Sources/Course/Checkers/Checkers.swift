// Nothing: a name for several checkers, so that one build makes them all (`WORKBOOK_CHAPTERS`).
