//! Phrases that sleep are compared with looking at every phrase always.

use super::*;
use proptest::prelude::*;

/// The machine with every phrase awake.
struct Dense {
    machine: Automaton,
    now: Vec<Vec<Token>>,
}

impl Dense {
    fn new(machine: &Automaton) -> Self {
        let now = machine.graph.forms.iter().map(|form| vec![NOWHERE; form.nodes.len()]).collect();
        Self { machine: machine.clone(), now }
    }

    fn step(&mut self, text: &str, number: u64, gap: Break, clause_start: bool) -> Vec<Found> {
        if gap == Break::Silence {
            self.now.iter_mut().for_each(|tokens| tokens.fill(NOWHERE));
        }
        let heard = self.machine.take_in(&Symbol::new(text), number, gap, clause_start);
        let mut found = Vec::new();
        for (form, now) in self.now.iter_mut().enumerate() {
            let mut then = Vec::new();
            advance(&self.machine.graph, form, &heard, now, &mut then, Some(&mut found));
            *now = then;
        }
        found
    }

    /// The same question as [`Automaton::undecided`], asked of every node.
    fn undecided(&self, subject: usize, start: u64, end: u64, score: f32, shield: bool) -> bool {
        let graph = &self.machine.graph;
        graph.forms.iter().zip(&self.now).any(|(form, now)| {
            graph.nodes(form).iter().zip(now).any(|(node, token)| {
                if token.cost == REFUSED || node.ahead == 0 || token.len < 2 {
                    return false;
                }
                if shield {
                    form.purpose == Purpose::Exception
                        && form.subject == subject
                        && token.start <= start
                        && token.cost <= budget(token.len) * EXCEPTION_STRICTNESS
                } else {
                    form.purpose == Purpose::Phrase
                        && token.start <= end
                        && token.cost <= budget(token.len)
                        && score_of(token.len + node.ahead, token.cost) > score
                }
            })
        })
    }
}

/// Few characters, many of which sound alike, so that nearly everything nearly matches.
const CHARS: &str = "我你您不没的了过都可就呢知道之到是四十事这个怎么样规定归订公司工丝解决结绝办版法发hello";

fn chars() -> impl Strategy<Value = char> {
    prop::sample::select(CHARS.chars().collect::<Vec<_>>())
}

/// A phrase as packs have them, rather long than short.
fn phrase() -> impl Strategy<Value = String> {
    let plain = prop::collection::vec(chars(), 1..6).prop_map(|chars| chars.into_iter().collect::<String>()).boxed();
    let piece = prop_oneof![
        6 => plain.clone(),
        1 => (plain.clone(), plain.clone()).prop_map(|(a, b)| format!("({a}|{b})")),
        1 => (plain.clone(), plain.clone()).prop_map(|(a, b)| format!("[{a}|{b}]")),
        1 => plain.clone().prop_map(|a| format!("({a})")),
        1 => Just("…".to_owned()),
        1 => Just("，".to_owned()),
    ];
    let edge = |mark: &'static str| prop_oneof![4 => Just(""), 1 => Just(mark)];
    // Beginnings that many phrases have in common.
    let common = prop::sample::select(vec!["", "", "[你|您](们)", "我", "这个"]);
    (edge("^"), common, prop::collection::vec(piece, 1..5), edge("$"))
        .prop_map(|(start, common, pieces, end)| format!("{start}{common}{}{end}", pieces.concat()))
}

/// Units of a text, some of them taken from a phrase, with what lies before each.
fn text() -> impl Strategy<Value = Vec<(char, Break, bool)>> {
    let gap = prop_oneof![
        30 => Just(Break::None),
        3 => Just(Break::Comma),
        2 => Just(Break::Sentence),
        1 => Just(Break::Silence)
    ];
    prop::collection::vec((chars(), gap, prop::bool::weighted(0.1)), 1..60)
}

/// What may happen to a unit of a phrase when it is said or heard.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wear {
    None,
    /// Something else is there.
    Misheard,
    /// A filler is there.
    Filler,
    LeftOut,
    /// Something lies before it.
    PutIn,
}

fn worn() -> impl Strategy<Value = Vec<Wear>> {
    let wear = prop_oneof![
        12 => Just(Wear::None),
        1 => Just(Wear::Misheard),
        1 => Just(Wear::Filler),
        1 => Just(Wear::LeftOut),
        2 => Just(Wear::PutIn),
    ];
    prop::collection::vec(wear, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn sleeping_phrases_miss_nothing(
        phrases in prop::collection::vec((phrase(), any::<bool>()), 1..12),
        mut text in text(),
        said in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), worn()), 0..4),
    ) {
        // A phrase, said at some place of the text over what was there, and not quite as it is written.
        for (which, place, worn) in said {
            let (phrase, _) = &phrases[which.index(phrases.len())];
            let mut place = place.index(text.len());
            for (letter, wear) in phrase.chars().filter(|c| c.is_alphabetic()).zip(worn.iter().cycle()) {
                place += usize::from(*wear == Wear::PutIn);
                match text.get_mut(place).filter(|_| *wear != Wear::LeftOut) {
                    Some(unit) if *wear == Wear::Filler => unit.0 = '就',
                    Some(unit) if *wear != Wear::Misheard => unit.0 = letter,
                    _ => {}
                }
                place += usize::from(*wear != Wear::LeftOut);
            }
        }
        let parsed: Vec<(Phrase, bool)> = phrases
            .iter()
            .filter_map(|(source, exception)| Some((Phrase::parse(source).ok()?, *exception)))
            .collect();
        let purpose = |exception: bool| if exception { Purpose::Exception } else { Purpose::Phrase };
        let forms = parsed.iter().enumerate().map(|(at, (phrase, exception))| (at / 2, purpose(*exception), at, phrase));
        let mut machine = Automaton::new(forms, ["就", "了", "呢"].map(String::from));
        let mut dense = Dense::new(&machine);
        for (number, (unit, gap, clause_start)) in text.iter().enumerate() {
            let number = number as u64;
            let unit = unit.to_string();
            let mut found = Vec::new();
            machine.step(&Symbol::new(&unit), number, *gap, *clause_start, &mut found);
            prop_assert_eq!(&found, &dense.step(&unit, number, *gap, *clause_start), "at {} of {:?}", number, phrases);
            for (subject, back, score) in [(0, 0, 0.0), (1, 1, 1.5), (2, 3, 3.0), (0, 5, 4.5)] {
                for shield in [true, false] {
                    let start = number.saturating_sub(back);
                    prop_assert_eq!(
                        machine.undecided(subject, start, number, score, shield),
                        dense.undecided(subject, start, number, score, shield)
                    );
                }
            }
        }
    }
}

#[test]
fn most_phrases_sleep() {
    let sources = ["你怎么连这个都不知道", "这是我们公司的规定", "以前从来没有人抱怨过这些", "我不是问这个问题"];
    let phrases: Vec<Phrase> = sources.iter().map(|source| Phrase::parse(source).expect("valid")).collect();
    let forms = phrases.iter().enumerate().map(|(at, phrase)| (at, Purpose::Phrase, 0, phrase));
    let mut machine = Automaton::new(forms, []);
    let mut found = Vec::new();
    for (number, unit) in "麻烦您稍等一下我马上帮您查".chars().enumerate() {
        machine.step(&Symbol::new(&unit.to_string()), number as u64, Break::None, false, &mut found);
        assert!(machine.awake.is_empty(), "{unit} wakes {:?}", machine.awake);
    }
    for (number, unit) in "这是我们公司的规定".chars().enumerate() {
        machine.step(&Symbol::new(&unit.to_string()), 100 + number as u64, Break::None, false, &mut found);
    }
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].form, found[0].start, found[0].len, found[0].cost), (1, 100, 9, 0.0));
}
