"""The prefecture's pages: what is to be checked, a site's record, its history, what citizens report."""
