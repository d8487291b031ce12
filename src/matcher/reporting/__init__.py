"""The bureau's report: put together once, then written as a page, as a workbook and as JSON."""
