//! Paths below the prefix of a mount or a proxy.

/// The part of a path that routes see: what is below a mount or a proxy's prefix.
///
/// A server may leave the prefix out, so that the whole path is what routes see.
///
/// ```
/// use ferroapi_core::router::below;
///
/// assert_eq!(below("/api", "/api/items"), "/items");
/// assert_eq!(below("/api", "/items"), "/items");
/// assert_eq!(below("/api", "/apiary"), "/apiary");
/// assert_eq!(below("/api", "/api"), "");
/// ```
#[must_use]
pub fn below<'p>(root_path: &str, path: &'p str) -> &'p str {
    match path.strip_prefix(root_path) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => path,
    }
}
