//! What a session's events add up to: a pure fold that the live view, the report, replay and the supervisor's
//! window all draw. No clock, thread, lock or file is touched here.

use super::event::*;
use crate::time::{FRAME_SAMPLES, SampleTime, Span};

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
    /// Pace, in order of `at` within each source.
    pub pace: Vec<PacePoint>,
    /// Liveliness over time.
    pub liveliness: Vec<LivelinessPoint>,
    /// Level over time.
    pub loudness: Vec<LoudnessPoint>,
    /// Settled text in order of its audio.
    pub segments: Vec<TextSegment>,
    /// Text that may still change, after the settled text.
    pub partial: Option<(Span, String)>,
    /// Phrases of the pack that were said, in order of their audio.
    pub hits: Vec<Hit>,
    /// Flags by id; spans grow until the flag is closed.
    pub flags: Vec<Flag>,
    /// Lost input.
    pub gaps: Vec<(Span, GapCause)>,
    /// Latest state and name of the device.
    pub device: Option<(DeviceState, String)>,
    /// How far text is behind the voice, seconds.
    pub lag_s: f32,
    /// Whether the agent has paused the session.
    pub paused: bool,
    /// How far the session is known to reach.
    pub position: SampleTime,
    /// Set once the session is complete.
    pub ended: Option<EndCause>,
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
            SessionEvent::Started(header) => self.header = Some(header.clone()),
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
            SessionEvent::Pace(point) => self.pace.push(*point),
            SessionEvent::Liveliness(point) => self.liveliness.push(*point),
            SessionEvent::Loudness(point) => self.loudness.push(*point),
            SessionEvent::Partial { span, text } => {
                self.partial = (!text.is_empty()).then(|| (*span, text.clone()));
            }
            SessionEvent::Text(segment) => self.apply_text(segment),
            SessionEvent::Hit(hit) => {
                let place = self.hits.partition_point(|known| known.span.start <= hit.span.start);
                self.hits.insert(place, hit.clone());
            }
            SessionEvent::Flag(flag) => {
                let place = self.flags.partition_point(|known| known.id < flag.id);
                self.flags.insert(place, flag.clone());
            }
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
            SessionEvent::Lag { behind_s, .. } => self.lag_s = *behind_s,
            SessionEvent::Paused { .. } => self.paused = true,
            SessionEvent::Resumed { .. } => self.paused = false,
            SessionEvent::Ended { at, cause } => {
                self.reach(*at);
                self.ended = Some(*cause);
                self.speech_open = None;
                self.silence = None;
                self.partial = None;
                self.lag_s = 0.0;
                self.paused = false;
            }
        }
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
        if self.partial.as_ref().is_some_and(|(span, _)| span.start < segment.span.end) {
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

    /// The newest pace known at `at`: settled text where there is some, else the acoustic estimate when newer.
    pub fn pace_at(&self, at: SampleTime) -> Option<&PacePoint> {
        let newest = |source| self.pace.iter().rev().find(|point| point.source == source && point.at <= at);
        match (newest(PaceSource::Text), newest(PaceSource::Acoustic)) {
            (Some(text), Some(sound)) => {
                // The text of a window trails the sound; the acoustic figure speaks for what is not yet written.
                if sound.window.end - text.window.end > crate::time::samples(6.0) { Some(sound) } else { Some(text) }
            }
            (text, sound) => text.or(sound),
        }
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
        let window = Span::new(at.saturating_back(crate::time::samples(window_s)), at);
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
    fn silence_is_counted_from_the_end_of_speech() {
        let timeline = Timeline::of(&[
            SessionEvent::SpeechStarted { at: SampleTime(0) },
            SessionEvent::Speech { span: Span::new(SampleTime(0), SampleTime(16_000)) },
        ]);
        assert_eq!(timeline.silence_at(SampleTime(48_000)), Some(2.0));
        assert_eq!(timeline.silence_at(SampleTime(8_000)), None);
    }
}
