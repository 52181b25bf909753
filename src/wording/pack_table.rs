//! Reading TOML tables so that every mistake is told with its place in the file.

use super::pack::{Hint, PackError, Place};
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The text of a pack and what it is called.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub text: &'a str,
    pub file: &'a str,
}

impl Source<'_> {
    /// The byte of character `position` of `value`, a text that is written from byte `at` on; `at` itself where it is
    /// written with escapes.
    pub fn inside(&self, at: usize, value: &str, position: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let quotes = ["\"\"\"\r\n", "\"\"\"\n", "\"\"\"", "'''\r\n", "'''\n", "'''", "\"", "'"];
        let opening = quotes.into_iter().find(|quotes| rest.starts_with(quotes)).map_or(0, str::len);
        if rest[opening..].starts_with(value) {
            at + opening + value.chars().take(position).map(char::len_utf8).sum::<usize>()
        } else {
            at
        }
    }

    /// The place of byte `at`.
    pub fn place(&self, at: usize) -> Place {
        let before: &str = match self.text.get(..at) {
            Some(before) => before,
            // Inside a character or behind the end: the place where the text ends is as near as it gets.
            None => self.text,
        };
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Place {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// A table that is being read.
pub(super) struct Table<'a> {
    pub source: Source<'a>,
    pub table: &'a DeTable<'a>,
    /// Byte at which it begins.
    pub at: usize,
    /// What errors call it.
    pub owner: String,
}

impl<'a> Table<'a> {
    /// Refuses every key that is not `allowed`; the first in the file is reported.
    pub fn only(&self, allowed: &'static [&'static str]) -> Result<(), PackError> {
        let unknown = self.table.keys().filter(|key| !allowed.contains(&key.get_ref().as_ref()));
        match unknown.min_by_key(|key| key.span().start) {
            None => Ok(()),
            Some(key) => Err(PackError::UnknownKey {
                place: self.source.place(key.span().start),
                key: key.get_ref().to_string(),
                hint: Hint::new(key.get_ref(), allowed),
            }),
        }
    }

    pub fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.iter().find(|(known, _)| known.get_ref().as_ref() == key).map(|(_, value)| value)
    }

    /// Refuses a key that has no meaning here.
    pub fn refuse(&self, key: &'static str, reason: &str) -> Result<(), PackError> {
        let at = self.table.keys().find(|known| known.get_ref().as_ref() == key).map(|known| known.span().start);
        at.map_or(Ok(()), |at| {
            Err(PackError::Misplaced { place: self.source.place(at), key, reason: reason.to_owned() })
        })
    }

    pub fn missing(&self, key: &'static str, expected: &'static str) -> PackError {
        PackError::MissingKey { place: self.source.place(self.at), owner: self.owner.clone(), key, expected }
    }

    pub fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &'static str) -> PackError {
        let found = match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => "empty",
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        PackError::WrongType { place: self.source.place(value.span().start), key: key.to_owned(), found, expected }
    }

    /// A text that must be there and must say something.
    pub fn text(&self, key: &'static str) -> Result<String, PackError> {
        const EXPECTED: &str = "a text in quotation marks";
        let value = self.get(key).ok_or_else(|| self.missing(key, EXPECTED))?;
        match value.get_ref().as_str().map(str::trim) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(self.wrong(key, value, EXPECTED)),
        }
    }

    pub fn text_or_empty(&self, key: &'static str) -> Result<String, PackError> {
        match self.get(key).map(|value| (value, value.get_ref().as_str())) {
            None => Ok(String::new()),
            Some((_, Some(text))) => Ok(text.trim().to_owned()),
            Some((value, None)) => Err(self.wrong(key, value, "a text in quotation marks")),
        }
    }

    /// A list of texts with the byte at which each begins; empty when it is not there.
    pub fn texts(&self, key: &'static str) -> Result<Vec<(String, usize)>, PackError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong(key, value, "a list of texts"))?;
        list.iter()
            .map(|item| match item.get_ref().as_str() {
                Some(text) => Ok((text.to_owned(), item.span().start)),
                None => Err(self.wrong(key, item, "a list of texts")),
            })
            .collect()
    }

    pub fn version(&self) -> Result<u32, PackError> {
        const EXPECTED: &str = "a whole number from 1, raised with every change";
        let value = self.get("version").ok_or_else(|| self.missing("version", EXPECTED))?;
        let number = value.get_ref().as_integer().and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        number.filter(|number| *number > 0).ok_or_else(|| self.wrong("version", value, EXPECTED))
    }

    pub fn names(&self) -> Result<BTreeMap<String, String>, PackError> {
        const EXPECTED: &str = "a table of language codes and names, e.g. { en = \"Service wording\" }";
        let Some(value) = self.get("names") else { return Ok(BTreeMap::new()) };
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong("names", value, EXPECTED))?;
        table
            .iter()
            .map(|(code, name)| match name.get_ref().as_str() {
                Some(name) => Ok((code.get_ref().to_string(), name.to_owned())),
                None => Err(self.wrong("names", name, EXPECTED)),
            })
            .collect()
    }

    /// One of the names in `allowed`; `usual` when the key is not there.
    pub fn one_of<T: Copy>(&self, key: &'static str, allowed: &Allowed<T>, usual: Option<T>) -> Result<T, PackError> {
        let missing = || self.missing(key, allowed.expected);
        let Some(value) = self.get(key) else { return usual.ok_or_else(missing) };
        let Some(text) = value.get_ref().as_str() else { return Err(self.wrong(key, value, allowed.expected)) };
        self.known(text, value.span().start, allowed)
    }

    /// A list of names in `allowed`, without repetitions; empty when it is not there.
    pub fn some_of<T: Copy + PartialEq>(&self, key: &'static str, allowed: &Allowed<T>) -> Result<Vec<T>, PackError> {
        let mut all = Vec::new();
        for (text, at) in self.texts(key)? {
            let one = self.known(&text, at, allowed)?;
            if !all.contains(&one) {
                all.push(one);
            }
        }
        Ok(all)
    }

    fn known<T: Copy>(&self, text: &str, at: usize, allowed: &Allowed<T>) -> Result<T, PackError> {
        let meaning = allowed.names.iter().position(|name| *name == text).and_then(|place| allowed.meanings.get(place));
        meaning.copied().ok_or_else(|| PackError::UnknownValue {
            place: self.source.place(at),
            what: allowed.what,
            value: text.to_owned(),
            hint: Hint::new(text, allowed.names),
        })
    }

    /// True or false; false when it is not there.
    pub fn flag(&self, key: &'static str) -> Result<bool, PackError> {
        let Some(value) = self.get(key) else { return Ok(false) };
        value.get_ref().as_bool().ok_or_else(|| self.wrong(key, value, "true or false"))
    }

    /// A text that need not be there, but must say something when it is; with the byte at which it begins.
    pub fn text_if_there(&self, key: &'static str) -> Result<Option<(String, usize)>, PackError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        Ok(Some((self.text(key)?, value.span().start)))
    }

    /// A list of tables with the byte at which each begins; empty when it is not there.
    pub fn tables(
        &self,
        key: &'static str,
        expected: &'static str,
    ) -> Result<Vec<(&'a DeTable<'a>, usize)>, PackError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let wrong = |item| self.wrong(key, item, expected);
        let list = value.get_ref().as_array().ok_or_else(|| wrong(value))?;
        list.iter()
            .map(|item| item.get_ref().as_table().map(|table| (table, item.span().start)).ok_or_else(|| wrong(item)))
            .collect()
    }
}

/// Names that a value may have, and what they mean, in the same order.
pub(super) struct Allowed<T: 'static> {
    /// What it is, for errors.
    pub what: &'static str,
    /// What a wrong kind of value is told to be instead.
    pub expected: &'static str,
    pub names: &'static [&'static str],
    pub meanings: &'static [T],
}
