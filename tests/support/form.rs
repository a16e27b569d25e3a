//! A page's form as a browser would send it.

use super::app::Answer;
use scraper::{ElementRef, Html, Selector};

/// The fields of a form, as its page left them: hidden, typed, ticked and chosen.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The form that a CSS selector finds on a page.
    pub fn of(page: &Answer, css: &str) -> Self {
        let html = Html::parse_document(&page.body);
        let found = html.select(&Selector::parse(css).unwrap()).next();
        let form = found.unwrap_or_else(|| panic!("no {css} on the page:\n{}", page.body));
        let named = Selector::parse("input[name], select[name]").unwrap();
        Form(form.select(&named).filter_map(|f| Some((f.attr("name")?.to_owned(), value(f)?))).collect())
    }

    /// The same with a field set to one value, whatever it had.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(n, _)| n != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without a field: unticked.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(n, _)| n != name);
        self
    }

    /// The same with a field's one value gone: one of several unticked.
    pub fn untick(mut self, name: &str, value: &str) -> Self {
        let before = self.0.len();
        self.0.retain(|(n, v)| (n.as_str(), v.as_str()) != (name, value));
        assert!(self.0.len() < before, "{name}={value} was not ticked: {:?}", self.0);
        self
    }

    /// The same with one more value of a field: one of several ticked.
    pub fn tick(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What a field holds first.
    pub fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// As actors send it.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect()
    }
}

fn value(field: ElementRef<'_>) -> Option<String> {
    if field.value().name() == "select" {
        let option = |css: &str| field.select(&Selector::parse(css).unwrap()).next();
        return option("option[selected]")
            .or_else(|| option("option"))
            .and_then(|o| o.attr("value").map(str::to_owned));
    }
    let tick = matches!(field.attr("type"), Some("checkbox" | "radio"));
    if tick && field.attr("checked").is_none() {
        return None;
    }
    Some(field.attr("value").unwrap_or(if tick { "on" } else { "" }).to_owned())
}

/// The words of the first element that a CSS selector finds, cells and parts of it parted by spaces.
pub fn words(page: &Answer, css: &str) -> String {
    let html = Html::parse_document(&page.body);
    let found = html.select(&Selector::parse(css).unwrap()).next();
    let texts = found.into_iter().flat_map(|e| e.text()).flat_map(str::split_whitespace);
    texts.collect::<Vec<_>>().join(" ")
}
