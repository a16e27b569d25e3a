//! A browser's own description, in the words a person has for it.

/// "Firefox on Android", "Safari on iPhone", "A program (curl)". Goes by what the browser says of itself.
pub fn browser(agent: &str) -> String {
    let has = |word: &str| agent.contains(word);
    let name = [
        ("Edg", "Edge"),
        ("SamsungBrowser", "Samsung Internet"),
        ("OPR/", "Opera"),
        ("FxiOS", "Firefox"),
        ("Firefox", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    let machine = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "Chromebook"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let first = |table: &[(&str, &'static str)]| table.iter().find(|(word, _)| has(word)).map(|(_, name)| *name);
    match (first(&name), first(&machine)) {
        (Some(name), Some(machine)) => format!("{name} on {machine}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(machine)) => format!("A browser on {machine}"),
        (None, None) => program(agent),
    }
}

fn program(agent: &str) -> String {
    let word = agent.split(['/', ' ']).next().unwrap_or_default();
    let plain: String = word.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(30).collect();
    if plain.is_empty() { "A program".into() } else { format!("A program ({plain})") }
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn browsers_are_called_what_people_call_them() {
        let phone =
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36";
        assert_eq!(browser(phone), "Chrome on Android");
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1 (KHTML, like Gecko) Version/18 Safari/605.1";
        assert_eq!(browser(mac), "Safari on Mac");
        assert_eq!(browser("curl/8.9.1"), "A program (curl)");
        assert_eq!(browser(""), "A program");
    }
}
