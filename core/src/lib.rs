//! Client for the Zexa messaging API.
