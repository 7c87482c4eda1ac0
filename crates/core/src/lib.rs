//! The corridor: tree → inventory → documents → resources → changes → prediction → report.
