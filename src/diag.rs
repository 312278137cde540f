//! Diagnostics: what is wrong with a text, where, and what to do about it.
//!
//! Takes messages with byte spans; gives text with the source line and a caret. Knows nothing of
//! what the text means. All that is wrong is collected and shown at once, the first
//! [`MAX_SHOWN`] in full and the rest as a count.

use codespan_reporting::diagnostic::{self as report, Label};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term::{self, Config, DisplayStyle, Styles, StylesWriter, termcolor::Ansi};

/// How many errors, and how many warnings, of one text are kept and shown in full.
pub const MAX_SHOWN: usize = 20;

/// Lines longer than this many bytes are named by number instead of being shown.
const MAX_LINE: usize = 400;

/// A range of bytes in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span of `start..end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// From the start of this span to the end of `last`.
    pub fn to(self, last: Span) -> Span {
        Span::new(self.start, last.end)
    }

    /// The text under the span; empty if it does not fit `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// Whether a diagnostic stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The text cannot be used.
    Error,
    /// The text can be used, but probably says something else than was meant.
    Warning,
}

/// One thing that is wrong: a message, the places it concerns (the first is the main one), a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Places in the text, each with a few words; the first is where it is wrong.
    pub labels: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span`, with a few words for the caret.
    pub fn error(span: Span, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        let labels = vec![(span, label.into())];
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            labels,
            help: None,
        }
    }

    /// A warning at `span`, with a few words for the caret.
    pub fn warning(span: Span, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(span, message, label)
        }
    }

    /// The same with one more place.
    #[must_use]
    pub fn and(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.labels.push((span, label.into()));
        self
    }

    /// The same with a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The same with its places elsewhere: in a text that holds the one they were found in.
    #[must_use]
    pub fn moved(mut self, to: impl Fn(Span) -> Span) -> Diagnostic {
        self.labels
            .iter_mut()
            .for_each(|(span, _)| *span = to(*span));
        self
    }

    fn start(&self) -> usize {
        self.labels.first().map_or(0, |(span, _)| span.start)
    }

    fn report(&self, source: &SourceText<'_>) -> report::Diagnostic<()> {
        let (mut labels, mut notes) = (Vec::new(), Vec::new());
        for (index, (span, words)) in self.labels.iter().enumerate() {
            match source.shown(*span) {
                Ok(range) if index == 0 => {
                    labels.push(Label::primary((), range).with_message(words))
                }
                Ok(range) => labels.push(Label::secondary((), range).with_message(words)),
                Err((line, column)) => {
                    notes.push(format!("at line {line}, column {column}: {words}"))
                }
            }
        }
        notes.extend(self.help.iter().map(|help| format!("help: {help}")));
        let severity = match self.severity {
            Severity::Error => report::Severity::Error,
            Severity::Warning => report::Severity::Warning,
        };
        report::Diagnostic::new(severity)
            .with_message(&self.message)
            .with_labels(labels)
            .with_notes(notes)
    }
}

/// A text and the name it goes by in messages.
#[derive(Clone, Copy, Debug)]
pub struct SourceText<'a> {
    /// File or model name.
    pub name: &'a str,
    /// The text itself.
    pub text: &'a str,
}

impl<'a> SourceText<'a> {
    /// A text under a name.
    pub fn new(name: &'a str, text: &'a str) -> SourceText<'a> {
        SourceText { name, text }
    }

    /// The part of `span` on its first line, or its line and column where that line is too long to show.
    fn shown(&self, span: Span) -> Result<std::ops::Range<usize>, (usize, usize)> {
        let start = self.boundary(span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..]
            .find('\n')
            .map_or(self.text.len(), |at| start + at);
        if line_end - line_start > MAX_LINE {
            let line = self.text[..start].matches('\n').count() + 1;
            return Err((line, self.text[line_start..start].chars().count() + 1));
        }
        let end = self.boundary(span.end.clamp(start, line_end));
        Ok(start..end.max(start))
    }

    fn boundary(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        (0..=at)
            .rev()
            .find(|&at| self.text.is_char_boundary(at))
            .unwrap_or(0)
    }
}

/// All that is wrong with one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds one; beyond [`MAX_SHOWN`] of a severity it is only counted.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let count = match diagnostic.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count <= MAX_SHOWN {
            self.kept.push(diagnostic);
        }
    }

    /// Adds those of a text within this one, whose places `to` finds here.
    pub fn adopt(&mut self, inner: Diagnostics, to: impl Fn(Span) -> Span) {
        for diagnostic in inner.kept {
            self.push(diagnostic.moved(&to));
        }
    }

    /// Whether there is at least one error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.errors + self.warnings == 0
    }

    /// Whether further errors would only be counted, so that searching for remedies is wasted.
    pub fn is_full(&self) -> bool {
        self.errors >= MAX_SHOWN
    }

    /// How many errors there are, shown or not.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Those that are shown in full, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter()
    }

    /// Plain text: each with its source line and caret, in the order of the text.
    pub fn render(&self, source: &SourceText<'_>) -> String {
        let mut out = String::new();
        self.each(source, |config, file, report| {
            // A span that does not fit the text was moved into it, so this cannot fail.
            let _ = term::emit_to_string(&mut out, config, file, report);
        });
        out + &self.rest()
    }

    /// The same with terminal colours.
    pub fn render_colored(&self, source: &SourceText<'_>) -> String {
        let mut out = Ansi::new(Vec::new());
        let styles = Styles::default();
        self.each(source, |config, file, report| {
            let mut writer = StylesWriter::new(&mut out, &styles);
            let _ = term::emit_to_write_style(&mut writer, config, file, report);
        });
        String::from_utf8_lossy(&out.into_inner()).into_owned() + &self.rest()
    }

    fn each<'a>(
        &self,
        source: &SourceText<'a>,
        mut emit: impl FnMut(&Config, &SimpleFile<&'a str, &'a str>, &report::Diagnostic<()>),
    ) {
        let config = Config {
            display_style: DisplayStyle::Rich,
            ..Config::default()
        };
        let file = SimpleFile::new(source.name, source.text);
        let mut sorted: Vec<&Diagnostic> = self.kept.iter().collect();
        sorted.sort_by_key(|diagnostic| diagnostic.start());
        for diagnostic in sorted {
            emit(&config, &file, &diagnostic.report(source));
        }
    }

    fn rest(&self) -> String {
        let more = |count: usize, what: &str| match count.saturating_sub(MAX_SHOWN) {
            0 => String::new(),
            1 => format!("and 1 more {what}\n"),
            more => format!("and {more} more {what}s\n"),
        };
        more(self.errors, "error") + &more(self.warnings, "warning")
    }
}

/// A piece of source text for a message: on one line and not too long.
pub fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 40 {
        line
    } else {
        line.chars().take(37).chain("...".chars()).collect()
    }
}

/// The candidate nearest to `name`, where one is near enough to have been meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 64 {
        return None;
    }
    let limit = (name.chars().count() / 3).max(1);
    let distance = |other: &str| {
        if other.eq_ignore_ascii_case(name) {
            0
        } else {
            strsim::damerau_levenshtein(name, other)
        }
    };
    let near = candidates
        .into_iter()
        .filter(|other| other.len() <= 64 && *other != name);
    let (best, by) = near
        .map(|other| (other, distance(other)))
        .min_by_key(|(_, by)| *by)?;
    // A single letter is near every other single letter.
    (by == 0 || (by <= limit && by < name.chars().count())).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_and_a_caret_are_shown_with_the_help() {
        let text = "a = 1\nbb = x + 2\n";
        let mut all = Diagnostics::new();
        all.push(
            Diagnostic::error(Span::new(11, 12), "`x` is not known", "not declared")
                .help("declare it"),
        );
        let shown = all.render(&SourceText::new("f.eqn", text));
        assert!(shown.contains("f.eqn:2:6"), "{shown}");
        assert!(
            shown.contains("2 │ bb = x + 2\n  │      ^ not declared"),
            "{shown}"
        );
        assert!(shown.contains("help: declare it"), "{shown}");
        assert!(
            all.render_colored(&SourceText::new("f.eqn", text))
                .contains('\u{1b}')
        );
    }

    #[test]
    fn further_errors_are_counted_and_spans_outside_the_text_do_no_harm() {
        let mut all = Diagnostics::new();
        for at in 0..25 {
            all.push(Diagnostic::error(
                Span::new(at * 1000, at * 1000 + 7),
                format!("no {at}"),
                "",
            ));
        }
        let shown = all.render(&SourceText::new("f", "µµ"));
        assert!(
            shown.contains("no 19")
                && !shown.contains("no 20")
                && shown.contains("and 5 more errors")
        );
    }

    #[test]
    fn a_line_too_long_to_show_is_named_by_number() {
        let text = format!("\n{}", "x".repeat(1000));
        let mut all = Diagnostics::new();
        all.push(Diagnostic::error(Span::new(11, 12), "wrong", "here"));
        let shown = all.render(&SourceText::new("f", &text));
        assert!(
            shown.contains("at line 2, column 11: here") && shown.len() < 200,
            "{shown}"
        );
    }

    #[test]
    fn the_nearest_name_is_found_only_when_near() {
        assert_eq!(nearest("g_Ma", ["g_Na", "E_K"]), Some("g_Na"));
        assert_eq!(nearest("V", ["v", "w"]), Some("v"));
        assert_eq!(nearest("x", ["v", "w"]), None);
        assert_eq!(nearest("membrane", ["v", "tau"]), None);
    }
}
