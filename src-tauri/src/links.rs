//! Which links the system may open.

use url::Url;

/// The address in the form that is handed to the system; absent where it is not of the web or of mail.
pub fn parse(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let allowed = match url.scheme() {
        "http" | "https" => url.has_host(),
        "mailto" => !url.path().is_empty(),
        _ => false,
    };
    allowed.then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_web_and_mail_are_opened_and_nothing_else() {
        assert_eq!(
            parse("https://example.org/a?b#c").as_deref(),
            Some("https://example.org/a?b#c")
        );
        assert_eq!(parse("HTTP://Example.org").as_deref(), Some("http://example.org/"));
        assert_eq!(parse("mailto:ada@example.org").as_deref(), Some("mailto:ada@example.org"));
        for address in [
            "",
            "example.org",
            "//example.org",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,hello",
            "tauri://localhost/",
            "smb://example.org/share",
            "ms-msdt:/id",
            "mailto:",
            "https://",
            "--help",
        ] {
            assert_eq!(parse(address), None, "{address}");
        }
    }

    #[test]
    fn what_a_shell_could_misread_is_escaped() {
        let link = parse("https://example.org/\"; rm -rf ~ `x`").unwrap();
        assert!(!link.contains(['"', ' ', '`']), "{link}");
    }
}
