//! What a session's events add up to: a pure fold that the live view, the report, replay and the supervisor's
//! window all draw. No clock, thread, lock or file is touched here.

use super::event::*;
use crate::time::{FRAME_SAMPLES, SampleTime, Span, samples};

/// See [`text_factor`].
const PRIOR_UNITS: f32 = 8.0;

/// The state of a session after some of its events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// What the session was recorded with; none before its first event.
    pub header: Option<Box<Header>>,
    /// Every 10 ms frame since the start; frame `i` is centred at `(i + 0.5) · 10 ms`.
    pub frames: Vec<Frame>,
    /// Syllable nuclei heard in the sound.
    pub nuclei: Vec<SampleTime>,
    /// Finished stretches of speech.
    pub speech: Vec<Span>,
    /// Start of the speech that is going on.
    pub speech_open: Option<SampleTime>,
    /// Silence that is going on: its start and how far it is known to last.
    pub silence: Option<Span>,
    /// Finished pauses.
    pub pauses: Vec<Pause>,
    /// Filled pauses, in order.
    pub fillers: Vec<Filler>,
    /// Quiet ends of stretches of speech.
    pub fades: Vec<Fade>,
    /// Key facts, in order.
    pub facts: Vec<KeyFact>,
    /// Pace, in order of `at` within each source.
    pub pace: Vec<PacePoint>,
    /// Liveliness over time.
    pub liveliness: Vec<LivelinessPoint>,
    /// Level over time.
    pub loudness: Vec<LoudnessPoint>,
    /// Settled text in order of its audio.
    pub segments: Vec<TextSegment>,
    /// Text that may still change, after the settled text.
    pub partial: Option<PartialText>,
    /// Phrases of the pack that were said, in order of their audio.
    pub hits: Vec<Hit>,
    /// Banned phrases in text that may still change.
    pub provisional: Vec<Hit>,
    /// The newest provisional hit that was not borne out, and when that was known.
    pub withdrawn: Option<(Hit, SampleTime)>,
    /// What the call needs to hear and was said, in order of its audio.
    pub cues: Vec<Cue>,
    /// Questions, in order of their audio.
    pub questions: Vec<Question>,
    /// Flags by id; spans grow until the flag is closed.
    pub flags: Vec<Flag>,
    /// Flags that are not shown and do not count, by id, each with the reason.
    pub aside: Vec<(Flag, Aside)>,
    /// Findings that have been dismissed, before the session or during it.
    pub dismissals: Vec<Dismissal>,
    /// Where a person lets parts of the call begin.
    pub own_phases: OwnPhases,
    /// What a person has written down, by its moment.
    pub notes: Vec<Note>,
    /// Ids that were set aside before their flags came.
    pub aside_at_once: Vec<(u32, Aside)>,
    /// Wording packs that came into force during the session, and from when on.
    pub pack_changes: Vec<(SampleTime, PackInfo)>,
    /// Lost input.
    pub gaps: Vec<(Span, GapCause)>,
    /// Latest state and name of the device.
    pub device: Option<(DeviceState, String)>,
    /// How far text is behind the voice, seconds.
    pub lag_s: f32,
    /// How much is asked of the machine for text.
    pub effort: TextEffort,
    /// Whether the agent has paused the session.
    pub paused: bool,
    /// How far the session is known to reach.
    pub position: SampleTime,
    /// Set once the session is complete.
    pub ended: Option<EndCause>,
}

/// Text that may still change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialText {
    /// The sound that it was heard in.
    pub span: Span,
    /// All of it.
    pub text: String,
    /// Characters at its beginning that stay as they are until the text is settled.
    pub stable_chars: usize,
}

impl Timeline {
    /// The fold over `events`.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a SessionEvent>) -> Self {
        let mut timeline = Self::default();
        for event in events {
            timeline.apply(event);
        }
        timeline
    }

    /// Takes one event in.
    pub fn apply(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::Started(header) => {
                self.dismissals.clone_from(&header.dismissals);
                self.header = Some(header.clone());
            }
            SessionEvent::Frames(block) => self.apply_frames(block),
            SessionEvent::SpeechStarted { at } => {
                self.speech_open = Some(*at);
                self.silence = None;
            }
            SessionEvent::Speech { span } => {
                self.speech.push(*span);
                self.speech_open = None;
                self.reach(span.end);
            }
            SessionEvent::Silence { start, at } => {
                self.silence = Some(Span::new(*start, *at));
                self.reach(*at);
            }
            SessionEvent::Pause(pause) => {
                self.pauses.push(*pause);
                self.silence = None;
            }
            SessionEvent::PauseKind { start, kind } => {
                if let Some(pause) = self.pauses.iter_mut().rev().find(|pause| pause.span.start == *start) {
                    pause.kind = *kind;
                }
            }
            SessionEvent::Filler(filler) => {
                let place = self.fillers.partition_point(|known| known.span.start <= filler.span.start);
                self.fillers.insert(place, filler.clone());
            }
            SessionEvent::Fade(fade) => self.fades.push(*fade),
            SessionEvent::Fact(fact) => {
                let place = self.facts.partition_point(|known| known.span.start <= fact.span.start);
                self.facts.insert(place, fact.clone());
            }
            SessionEvent::Pace(point) => self.pace.push(*point),
            SessionEvent::Liveliness(point) => self.liveliness.push(*point),
            SessionEvent::Loudness(point) => self.loudness.push(*point),
            SessionEvent::Partial { span, text, stable_chars } => {
                let partial = || PartialText { span: *span, text: text.clone(), stable_chars: *stable_chars };
                self.partial = (!text.is_empty()).then(partial);
            }
            SessionEvent::Text(segment) => self.apply_text(segment),
            SessionEvent::Hit(hit) => {
                let place = self.hits.partition_point(|known| known.span.start <= hit.span.start);
                self.hits.insert(place, hit.clone());
            }
            SessionEvent::Provisional { hits } => self.provisional.clone_from(hits),
            SessionEvent::Withdrawn { hit, at } => self.withdrawn = Some((hit.clone(), *at)),
            SessionEvent::Cue(cue) => {
                let place = self.cues.partition_point(|known| known.span.start <= cue.span.start);
                self.cues.insert(place, cue.clone());
            }
            SessionEvent::Question(question) => {
                let place = self.questions.partition_point(|known| known.span.start <= question.span.start);
                self.questions.insert(place, question.clone());
            }
            SessionEvent::Flag(flag) => self.apply_flag(flag.clone()),
            SessionEvent::FlagAside { id, why } => self.set_aside(*id, *why),
            SessionEvent::FlagBack { id } => {
                if let Some(place) = self.aside.iter().position(|(flag, _)| flag.id == *id) {
                    let (flag, _) = self.aside.remove(place);
                    self.apply_flag(flag);
                }
            }
            SessionEvent::Dismissed(dismissal) => {
                if !self.dismissals.contains(dismissal) {
                    self.dismissals.push(dismissal.clone());
                }
            }
            SessionEvent::Restored(dismissal) => self.dismissals.retain(|known| known != dismissal),
            SessionEvent::PhaseBegins { phase, at } => self.own_phases.set(*phase, *at),
            SessionEvent::Noted(note) => match self.notes.binary_search_by_key(&note.at, |known| known.at) {
                Ok(place) => self.notes[place] = note.clone(),
                Err(place) => self.notes.insert(place, note.clone()),
            },
            SessionEvent::NoteRemoved { at } => self.notes.retain(|note| note.at != *at),
            SessionEvent::PackChanged { at, pack } => self.pack_changes.push((*at, pack.clone())),
            SessionEvent::FlagWorse { id, severity, measured, threshold } => {
                if let Some(flag) = self.flags.iter_mut().find(|flag| flag.id == *id) {
                    flag.severity = *severity;
                    flag.measured = Some(*measured);
                    flag.threshold = Some(*threshold);
                }
            }
            SessionEvent::FlagClosed { id, end } => {
                if let Some(flag) = self.flags.iter_mut().find(|flag| flag.id == *id) {
                    flag.span = Span::new(flag.span.start, *end);
                }
            }
            SessionEvent::Gap { span, cause } => {
                self.gaps.push((*span, *cause));
                self.reach(span.end);
            }
            SessionEvent::Device { at, state, name } => {
                self.device = Some((*state, name.clone()));
                self.reach(*at);
            }
            SessionEvent::Lag { behind_s, effort, .. } => (self.lag_s, self.effort) = (*behind_s, *effort),
            SessionEvent::Paused { .. } => self.paused = true,
            SessionEvent::Resumed { .. } => self.paused = false,
            SessionEvent::Ended { at, cause } => {
                self.reach(*at);
                self.ended = Some(*cause);
                self.speech_open = None;
                self.silence = None;
                self.partial = None;
                self.provisional.clear();
                self.withdrawn = None;
                self.lag_s = 0.0;
                self.effort = TextEffort::Full;
                self.paused = false;
            }
        }
    }

    fn apply_flag(&mut self, flag: Flag) {
        if let Some(place) = self.aside_at_once.iter().position(|(id, _)| *id == flag.id) {
            let (_, why) = self.aside_at_once.swap_remove(place);
            self.put_aside(flag, why);
            return;
        }
        let place = self.flags.partition_point(|known| known.id < flag.id);
        self.flags.insert(place, flag);
    }

    fn set_aside(&mut self, id: u32, why: Aside) {
        if let Some(place) = self.flags.iter().position(|flag| flag.id == id) {
            let flag = self.flags.remove(place);
            self.put_aside(flag, why);
        } else if let Some((_, known)) = self.aside.iter_mut().find(|(flag, _)| flag.id == id) {
            *known = why;
        } else {
            self.aside_at_once.push((id, why));
        }
    }

    fn put_aside(&mut self, flag: Flag, why: Aside) {
        let place = self.aside.partition_point(|(known, _)| known.id < flag.id);
        self.aside.insert(place, (flag, why));
    }

    /// The finding that a flag about wording judges.
    pub fn hit_of(&self, flag: &Flag) -> Option<&Hit> {
        self.hits.iter().find(|hit| is_about(flag, hit))
    }

    /// The flag that judges a finding, while it counts.
    pub fn flag_of(&self, hit: &Hit) -> Option<&Flag> {
        self.flags.iter().find(|flag| is_about(flag, hit))
    }

    /// Whether the flag about a finding is not shown and does not count.
    pub fn is_aside(&self, hit: &Hit) -> bool {
        self.aside.iter().any(|(flag, _)| is_about(flag, hit))
    }

    /// Why the flag `id` is not shown; none when it is.
    pub fn why_aside(&self, id: u32) -> Option<Aside> {
        self.aside.iter().find(|(flag, _)| flag.id == id).map(|(_, why)| *why)
    }

    fn apply_frames(&mut self, block: &FrameBlock) {
        let first = (block.start.0 / FRAME_SAMPLES as u64) as usize;
        // A damaged log may lack blocks: keep the frames at their own times.
        if first > self.frames.len() && first - self.frames.len() < 100 * 3600 * 24 {
            self.frames.resize(first, Frame { level_db: -120.0, ..Frame::default() });
        }
        if first == self.frames.len() {
            self.frames.extend(block.frames());
            self.nuclei.extend_from_slice(&block.nuclei);
        }
        self.reach(block.start + (block.len() * FRAME_SAMPLES) as u64);
    }

    fn apply_text(&mut self, segment: &TextSegment) {
        let place = self.segments.partition_point(|known| known.span.start <= segment.span.start);
        self.segments.insert(place, segment.clone());
        // What was still changing has been settled by this text unless it lies wholly behind it.
        if self.partial.as_ref().is_some_and(|partial| partial.span.start < segment.span.end) {
            self.partial = None;
        }
    }

    fn reach(&mut self, at: SampleTime) {
        self.position = self.position.max(at);
    }

    /// Length of the session so far.
    pub fn duration(&self) -> SampleTime {
        self.position
    }

    /// The frames whose centres lie in `span`.
    pub fn frames_in(&self, span: Span) -> &[Frame] {
        let index = |at: SampleTime| ((at.0 as usize) / FRAME_SAMPLES).min(self.frames.len());
        &self.frames[index(span.start)..index(span.end).max(index(span.start))]
    }

    /// The pace at `at`. Syllable nuclei reach to the present and text trails them, but text counts rightly: so the
    /// newest acoustic figure is corrected by what text made of the acoustic figure of its own last window. The
    /// needle moves before there is text, and does not jump when it comes.
    pub fn pace_at(&self, at: SampleTime) -> Option<PacePoint> {
        let newest = |source| {
            let known = self.pace.iter().rev().filter(move |point| point.source == source && point.at <= at);
            known.max_by_key(|point| point.window.end)
        };
        let (sound, text) = (newest(PaceSource::Acoustic), newest(PaceSource::Text));
        let (Some(sound), Some(text)) = (sound, text) else { return text.or(sound).copied() };
        if sound.window.end <= text.window.end {
            return Some(*text);
        }
        let apart = |point: &PacePoint| (point.window.end - text.window.end).max(text.window.end - point.window.end);
        let then = self
            .pace
            .iter()
            .filter(|point| point.source == PaceSource::Acoustic && apart(point) <= samples(1.0))
            .min_by_key(|point| apart(point));
        let factor = then.map_or(1.0, |then| text_factor(text, then));
        Some(PacePoint {
            per_min: sound.per_min * factor,
            articulation_per_min: sound.articulation_per_min * factor,
            unit: text.unit,
            ..*sound
        })
    }

    /// The newest liveliness known at `at`.
    pub fn liveliness_at(&self, at: SampleTime) -> Option<&LivelinessPoint> {
        self.liveliness.iter().rev().find(|point| point.at <= at)
    }

    /// The newest level of speech known at `at`.
    pub fn loudness_at(&self, at: SampleTime) -> Option<&LoudnessPoint> {
        self.loudness.iter().rev().find(|point| point.at <= at)
    }

    /// Flags already raised at `at`, oldest first.
    pub fn flags_until(&self, at: SampleTime) -> impl DoubleEndedIterator<Item = &Flag> {
        self.flags.iter().filter(move |flag| flag.raised_at <= at)
    }

    /// The silence that is going on at `at` in a stored or live session, in seconds; none while there is speech.
    pub fn silence_at(&self, at: SampleTime) -> Option<f64> {
        if let Some(open) = self.speech_open
            && open <= at
        {
            return None;
        }
        let after = self.speech.partition_point(|span| span.start <= at);
        let last = self.speech.get(after.checked_sub(1)?)?;
        (last.end <= at).then(|| (at - last.end) as f64 / f64::from(crate::time::SAMPLE_RATE_HZ))
    }

    /// Median F0 of the voiced speech frames before `at` (at most the last `window_s` seconds), in Hz.
    pub fn median_f0_hz(&self, at: SampleTime, window_s: f64) -> Option<f32> {
        let window = Span::new(at.saturating_back(samples(window_s)), at);
        let mut voiced: Vec<f32> =
            self.frames_in(window).iter().filter(|frame| frame.speech).filter_map(Frame::f0).collect();
        if voiced.len() < 20 {
            return None;
        }
        let middle = voiced.len() / 2;
        Some(*voiced.select_nth_unstable_by(middle, f32::total_cmp).1)
    }

    /// The whole settled text.
    pub fn transcript(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            for word in &segment.words {
                text.push_str(&word.text);
            }
        }
        text.trim().to_owned()
    }
}

/// Whether a flag judges this finding.
fn is_about(flag: &Flag, hit: &Hit) -> bool {
    let kind = match hit.level {
        HitLevel::Banned => FlagKind::BannedWording,
        HitLevel::Discouraged => FlagKind::DiscouragedWording,
    };
    flag.span == hit.span && flag.kind == kind && flag.rule == hit.rule
}

/// What to multiply an acoustic figure by, from a window that has both. A short window says little, so it counts
/// against [`PRIOR_UNITS`] that are taken to be right.
fn text_factor(text: &PacePoint, sound: &PacePoint) -> f32 {
    let units = |point: &PacePoint| point.per_min / 60.0 * point.window.seconds() as f32;
    ((units(text) + PRIOR_UNITS) / (units(sound) + PRIOR_UNITS)).clamp(0.5, 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(start: u64, words: &str) -> SessionEvent {
        let span = Span::new(SampleTime(start), SampleTime(start + 100));
        SessionEvent::Text(TextSegment {
            span,
            words: vec![Word { span, text: words.into(), p: 1.0 }],
            language: Language::Zh,
            ready_at: SampleTime(start + 200),
        })
    }

    #[test]
    fn text_that_arrives_late_takes_its_own_place() {
        let in_order = Timeline::of(&[text(0, "您好"), text(100, "再见")]);
        let late = Timeline::of(&[text(100, "再见"), text(0, "您好")]);
        assert_eq!(in_order.transcript(), "您好再见");
        assert_eq!(in_order, late);
    }

    #[test]
    fn frames_keep_their_times_when_a_block_is_missing() {
        let mut block = FrameBlock { start: SampleTime(1600), ..FrameBlock::default() };
        block.push(Frame { f0_hz: 100.0, voicing: 1.0, level_db: -20.0, speech: true });
        let timeline = Timeline::of(&[SessionEvent::Frames(block)]);
        assert_eq!(timeline.frames.len(), 11);
        assert_eq!(timeline.frames[10].f0_hz, 100.0);
        assert_eq!(timeline.position, SampleTime(1760));
    }

    #[test]
    fn the_needle_does_not_jump_when_text_comes() {
        let point = |source, end_s: f64, at_s: f64, per_min: f32| {
            let end = SampleTime::from_seconds(end_s);
            SessionEvent::Pace(PacePoint {
                at: SampleTime::from_seconds(at_s),
                window: Span::new(end.saturating_back(samples(15.0)), end),
                per_min,
                articulation_per_min: per_min,
                speech_s: 10.0,
                source,
                unit: PaceUnit::Han,
            })
        };
        // The text has a tenth fewer units than the sound has nuclei.
        let mut timeline = Timeline::of(&[
            point(PaceSource::Acoustic, 19.8, 20.0, 200.0),
            point(PaceSource::Acoustic, 20.8, 21.0, 200.0),
            point(PaceSource::Text, 18.0, 21.0, 180.0),
        ]);
        let shown = |timeline: &Timeline, at_s| {
            timeline.pace_at(SampleTime::from_seconds(at_s)).map_or(0.0, |point| point.per_min)
        };
        assert_eq!(shown(&timeline, 20.5), 200.0);
        timeline.apply(&point(PaceSource::Text, 20.0, 21.2, 180.0));
        let after = shown(&timeline, 21.5);
        assert!((180.0..190.0).contains(&after), "{after}");
    }

    #[test]
    fn silence_is_counted_from_the_end_of_speech() {
        let timeline = Timeline::of(&[
            SessionEvent::SpeechStarted { at: SampleTime(0) },
            SessionEvent::Speech { span: Span::new(SampleTime(0), SampleTime(16_000)) },
        ]);
        assert_eq!(timeline.silence_at(SampleTime(48_000)), Some(2.0));
        assert_eq!(timeline.silence_at(SampleTime(8_000)), None);
    }
}
