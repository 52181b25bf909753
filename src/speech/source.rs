//! Where speech models can be fetched from: which sites, and which addresses on them.

use super::model::CatalogModel;
use super::shelf::ModelError;
use serde::{Deserialize, Serialize};

/// The site that publishes the models.
pub const DEFAULT_SOURCE: &str = "https://huggingface.co";
/// A mirror of it that can be reached where it is blocked.
pub const DEFAULT_MIRROR: &str = "https://hf-mirror.com";
/// Names sites instead of the settings, the first to be tried first, separated by commas.
pub const SOURCE_VARIABLE: &str = "VOICEMIRROR_MODEL_SOURCE";

/// What the user has chosen about speech models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelSettings {
    /// Id or file name of the model in use; none is the bundled one.
    pub chosen: Option<String>,
    /// Site that is tried first.
    pub source: String,
    /// Site that is tried when the first gives nothing; empty is none.
    pub mirror: String,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self { chosen: None, source: DEFAULT_SOURCE.to_owned(), mirror: DEFAULT_MIRROR.to_owned() }
    }
}

impl ModelSettings {
    /// The sites to try, the first to be tried first: those `wanted` names, else those of the environment, else these
    /// settings. Whoever names sites wants no others.
    ///
    /// # Errors
    /// [`ModelError::BadSource`].
    pub fn sources(&self, wanted: &[String]) -> Result<Vec<String>, ModelError> {
        let environment = std::env::var(SOURCE_VARIABLE).unwrap_or_default();
        let named: Vec<&str> = match wanted {
            [] => environment.split(',').collect(),
            wanted => wanted.iter().map(String::as_str).collect(),
        };
        let mut sites: Vec<&str> = named.into_iter().filter(|site| !site.trim().is_empty()).collect();
        if sites.is_empty() {
            sites = vec![&self.source, &self.mirror];
            sites.retain(|site| !site.trim().is_empty());
        }
        if sites.is_empty() {
            sites = vec![DEFAULT_SOURCE, DEFAULT_MIRROR];
        }
        let mut sources: Vec<String> = Vec::new();
        for site in sites {
            let source = normalize(site)?;
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        Ok(sources)
    }
}

/// A site as it is kept: with its scheme and without a slash at its end. A bare host name means https.
///
/// # Errors
/// [`ModelError::BadSource`].
pub fn normalize(site: &str) -> Result<String, ModelError> {
    let site = site.trim();
    let (scheme, rest) = site.split_once("://").unwrap_or(("https", site));
    let rest = rest.trim_end_matches('/');
    let host = rest.split('/').next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_graphic() && !"?#\"<>\\^`{|}".contains(c);
    if !matches!(scheme, "http" | "https") || host.is_empty() || !rest.chars().all(plain) {
        return Err(ModelError::BadSource { source_url: site.to_owned() });
    }
    Ok(format!("{scheme}://{rest}"))
}

/// The address of a model's file on a site; none when the catalogue names no place.
pub fn address(source: &str, model: &CatalogModel) -> Option<String> {
    let (hub, path) = (model.hub.as_deref()?, model.hub_path.as_deref()?);
    Some(format!("{source}/{hub}/{path}"))
}

/// The host of an address, without user and port.
pub fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = authority.rsplit('@').next().unwrap_or_default();
    match name.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => name.split(':').next().unwrap_or_default(),
    }
}

/// Whether an address is this computer's own.
pub fn is_local(address: &str) -> bool {
    matches!(host(address), "localhost" | "127.0.0.1" | "::1")
}

/// Where a redirection from `address` to `location` leads; none when that is no address.
pub fn redirected(address: &str, location: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    if let Some((new_scheme, _)) = location.split_once("://")
        && new_scheme.chars().all(|c| c.is_ascii_alphanumeric())
    {
        return matches!(new_scheme, "http" | "https").then(|| location.to_owned());
    }
    if let Some(other_host) = location.strip_prefix("//") {
        return Some(format!("{scheme}://{other_host}"));
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    if location.starts_with('/') {
        return Some(format!("{scheme}://{authority}{location}"));
    }
    let path = rest[authority.len()..].split(['?', '#']).next()?;
    let folder = path.rfind('/').map_or("", |at| &path[..at]);
    Some(format!("{scheme}://{authority}{folder}/{location}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_kept_with_its_scheme_and_anything_else_is_refused() {
        assert_eq!(normalize(" hf-mirror.com/ ").ok().as_deref(), Some("https://hf-mirror.com"));
        assert_eq!(normalize("http://10.0.0.2:8080/hf/").ok().as_deref(), Some("http://10.0.0.2:8080/hf"));
        for bad in ["ftp://a", "https://", "file:///etc", "a b", "https://a?x=1", ""] {
            assert!(normalize(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn named_sites_replace_those_of_the_settings() {
        let settings = ModelSettings { mirror: String::new(), ..ModelSettings::default() };
        assert_eq!(settings.sources(&[]).ok(), Some(vec![DEFAULT_SOURCE.to_owned()]));
        assert_eq!(settings.sources(&["a.cn".into()]).ok(), Some(vec!["https://a.cn".to_owned()]));
        let twice = ModelSettings { mirror: DEFAULT_SOURCE.to_owned(), ..settings };
        assert_eq!(twice.sources(&[]).map(|sources| sources.len()).ok(), Some(1));
    }

    #[test]
    fn redirections_of_every_form_are_followed() {
        let from = "https://a.b:8/c/d/e.bin?x=y";
        for (location, leads_to) in [
            ("http://z/q", Some("http://z/q")),
            ("/q?u=http://z", Some("https://a.b:8/q?u=http://z")),
            ("//z/q", Some("https://z/q")),
            ("q", Some("https://a.b:8/c/d/q")),
            ("ftp://z/q", None),
        ] {
            assert_eq!(redirected(from, location).as_deref(), leads_to, "{location}");
        }
        assert!(
            is_local("http://127.0.0.1:3/x") && is_local("http://[::1]:3/x") && !is_local("http://127.0.0.1.evil/")
        );
        assert_eq!(host("http://localhost@evil.com/"), "evil.com");
    }
}
