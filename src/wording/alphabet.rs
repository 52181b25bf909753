//! The units that phrases are made of, and what each costs when another is heard.

use super::sound::{Class, Reading, Symbol};
use std::collections::HashMap;
use std::sync::Arc;

/// Units whose prices are remembered at most; speech uses few hundred different characters.
const MOST_KNOWN: usize = 512;

/// The units of all phrases of a machine, each once.
#[derive(Clone, Debug, Default)]
pub struct Alphabet {
    numbers: HashMap<String, u32>,
    classes: Vec<Class>,
    /// Units that sound the same cost the same, so that only one of them is compared: index of its [`Self::kinds`].
    kind_of: Vec<u32>,
    kinds: Vec<Symbol>,
    kind_by_reading: HashMap<Reading, u32>,
}

/// What every unit of an alphabet costs when one certain unit is heard.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    /// By number of the unit.
    pub all: Box<[f32]>,
    /// Numbers of the units that are cheap enough to begin with.
    pub near: Box<[u32]>,
}

impl Alphabet {
    /// The number of a unit, which is added when it is new.
    pub fn add(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let symbol = Symbol::new(text);
        let number = self.classes.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        self.classes.push(symbol.class);
        let next = self.kinds.len() as u32;
        let kind = match symbol.reading() {
            Some(reading) => *self.kind_by_reading.entry(reading).or_insert(next),
            None => next,
        };
        if kind == next {
            self.kinds.push(symbol);
        }
        self.kind_of.push(kind);
        number
    }

    /// The unit with this number. Looked for: only what was found needs it.
    pub fn text(&self, number: u32) -> Option<&str> {
        self.numbers.iter().find(|(_, known)| **known == number).map(|(text, _)| text.as_str())
    }

    /// The part that a unit plays in a sentence.
    pub fn class(&self, number: u32) -> Class {
        self.classes.get(number as usize).copied().unwrap_or(Class::Plain)
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// What each unit costs when `heard` is heard; those up to `near` are listed.
    fn price(&self, heard: &Symbol, near: f32) -> Costs {
        let kinds: Vec<f32> = self.kinds.iter().map(|kind| kind.cost_of_other(heard)).collect();
        let mut all: Box<[f32]> = self.kind_of.iter().map(|kind| kinds[*kind as usize]).collect();
        if let Some(same) = self.numbers.get(&heard.text) {
            all[*same as usize] = 0.0;
        }
        let near = all.iter().enumerate().filter(|(_, cost)| **cost <= near).map(|(number, _)| number as u32).collect();
        Costs { all, near }
    }
}

/// Prices of the units heard lately.
#[derive(Clone, Debug, Default)]
pub struct PriceList {
    /// Shared with copies of the machine, which live for one look ahead.
    known: Arc<HashMap<String, Arc<Costs>>>,
}

impl PriceList {
    /// What each unit of `alphabet` costs when `heard` is heard; those up to `near` are listed.
    pub fn price(&mut self, alphabet: &Alphabet, heard: &Symbol, near: f32) -> Arc<Costs> {
        if let Some(known) = self.known.get(&heard.text) {
            return Arc::clone(known);
        }
        let costs = Arc::new(alphabet.price(heard, near));
        let known = Arc::make_mut(&mut self.known);
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(heard.text.clone(), Arc::clone(&costs));
        costs
    }
}
