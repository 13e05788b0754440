//! True ranks.
