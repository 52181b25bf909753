//! Words and phrases looked up in the spoken units of a text. A Chinese word is written as its characters, English
//! words are lower case, without apostrophes, with one space between them.

/// The spoken units of a stretch of text.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Characters and lower-case words, in order.
    pub units: &'a [&'a str],
}

impl<'a> Line<'a> {
    /// How many units there are.
    pub fn len(self) -> usize {
        self.units.len()
    }

    /// The unit at `place`, nothing behind the end.
    pub fn unit(self, place: usize) -> &'a str {
        self.units.get(place).copied().unwrap_or_default()
    }

    /// The unit `back` places before `place`, nothing before the start.
    pub fn before(self, place: usize, back: usize) -> &'a str {
        place.checked_sub(back).map_or("", |at| self.unit(at))
    }

    /// The part before `place`.
    pub fn head(self, place: usize) -> Line<'a> {
        Line { units: &self.units[..place.min(self.units.len())] }
    }

    /// The part from `place` on.
    pub fn tail(self, place: usize) -> Line<'a> {
        Line { units: &self.units[place.min(self.units.len())..] }
    }

    /// How many units `word` takes up when it stands at `place`.
    pub fn at(self, place: usize, word: &str) -> Option<usize> {
        let rest = self.units.get(place..)?;
        let mut used = 0;
        let mut take = |piece: &str| {
            let same = rest.get(used) == Some(&piece);
            used += 1;
            same
        };
        let mut buffer = [0; 4];
        let same = if word.is_ascii() {
            word.split(' ').all(take)
        } else {
            word.chars().all(|character| take(character.encode_utf8(&mut buffer)))
        };
        (same && used > 0).then_some(used)
    }

    /// How many units the first of `words` takes up that stands at `place`.
    pub fn any_at(self, place: usize, words: &[&str]) -> Option<usize> {
        words.iter().find_map(|word| self.at(place, word))
    }

    /// Where `word` stands first.
    pub fn find(self, word: &str) -> Option<usize> {
        (0..self.len()).find(|place| self.at(*place, word).is_some())
    }

    /// Where the first of `words` stands, and how long it is.
    pub fn find_any(self, words: &[&str]) -> Option<(usize, usize)> {
        (0..self.len()).find_map(|place| Some((place, self.any_at(place, words)?)))
    }

    /// Where the last of `words` stands, and how long it is.
    pub fn find_last(self, words: &[&str]) -> Option<(usize, usize)> {
        (0..self.len()).rev().find_map(|place| Some((place, self.any_at(place, words)?)))
    }

    /// Whether one of `words` stands anywhere.
    pub fn has(self, words: &[&str]) -> bool {
        self.find_any(words).is_some()
    }

    /// How long the first of `words` is with which the text begins.
    pub fn begins(self, words: &[&str]) -> Option<usize> {
        self.any_at(0, words)
    }

    /// Where the first of `words` begins with which the text ends.
    pub fn ends(self, words: &[&str]) -> Option<usize> {
        words.iter().find_map(|word| {
            let length = if word.is_ascii() { word.split(' ').count() } else { word.chars().count() };
            let place = self.len().checked_sub(length)?;
            self.at(place, word).map(|_| place)
        })
    }
}
