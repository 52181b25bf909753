//! Carrying commands out: what a click or a key changes.

use super::App;
use crate::speech::source;
use crate::text::explain::Explain;
use crate::ui::backend::{Backend, ModelAction, Phase, Settings, StartSource};
use crate::ui::command::{Command, Page};

impl App {
    /// Carries out a command.
    pub(super) fn perform(&mut self, command: Command) {
        match command {
            Command::Start => {
                let device = self.backend.settings().device.clone();
                self.start(self.request(StartSource::Microphone(device)));
            }
            Command::StartDemo => self.start(self.request(StartSource::Demo)),
            Command::Stop => {
                self.finish_line();
                self.backend.stop();
            }
            Command::TogglePause => match self.backend.phase() {
                Phase::Live => self.backend.set_paused(true),
                Phase::Paused => self.backend.set_paused(false),
                _ => {}
            },
            Command::Open(page) => self.open(page),
            Command::Back => self.open(if self.page == Page::Replay { Page::Sessions } else { Page::Live }),
            Command::ToggleSupervisor => self.supervisor_open = !self.supervisor_open,
            Command::RefreshDevices => {
                self.devices = self.backend.devices();
                if self.page == Page::FirstRun {
                    self.check_microphone();
                }
            }
            Command::CheckMicrophone => self.check_microphone(),
            Command::DismissError => self.error = None,
            Command::Amend(wish) => self.amend(&wish),
            Command::ToggleNotes => self.toggle_notes(),
            Command::RestoreDismissal(id) => self.restore_dismissal(id),
            command => self.perform_session(command),
        }
    }

    fn perform_session(&mut self, command: Command) {
        match command {
            Command::OpenSession(id) => self.open_session(&id),
            Command::OpenLatest => {
                self.sessions = self.backend.sessions();
                match self.sessions.first().map(|session| session.id.clone()) {
                    Some(id) => self.open_session(&id),
                    None => self.open(Page::Sessions),
                }
            }
            Command::Recover(id) => self.with_sessions(|backend| backend.recover(&id)),
            Command::AskDelete(id) => self.asked = Some(id),
            Command::KeepSession => self.asked = None,
            Command::Delete(id) => {
                self.asked = None;
                self.with_sessions(|backend| backend.delete(&id));
            }
            command => self.perform_replay(command),
        }
    }

    fn with_sessions(&mut self, act: impl FnOnce(&mut dyn Backend) -> Result<(), String>) {
        self.error = act(self.backend.as_mut()).err();
        self.sessions = self.backend.sessions();
    }

    fn perform_replay(&mut self, command: Command) {
        let Some(replay) = &mut self.replay else {
            self.perform_setting(command);
            return;
        };
        match command {
            Command::TogglePlay => replay.toggle(self.backend.as_mut()),
            Command::PlayFrom(at_s) => replay.play_from(self.backend.as_mut(), at_s),
            Command::Seek(at_s) => replay.seek(at_s),
            Command::Skip(seconds) => replay.skip(seconds),
            Command::Zoom(factor) => replay.zoom(factor),
            Command::Pan(seconds) => replay.pan(seconds),
            command => self.perform_setting(command),
        }
    }

    fn change_site(&mut self, site: &str, change: impl FnOnce(&mut Settings, String)) {
        match source::normalize(site) {
            Ok(site) => {
                self.error = None;
                self.change_settings(|settings| change(settings, site));
            }
            Err(error) => self.error = Some(error.explain(self.words().locale().code())),
        }
    }

    fn act_on_model(&mut self, action: ModelAction) {
        self.asked = None;
        self.error = self.backend.act_on_model(action).err();
        self.models = self.backend.models();
    }

    fn perform_setting(&mut self, command: Command) {
        match command {
            Command::SetLocale(locale) => self.change_settings(|settings| settings.locale = locale),
            Command::SetTheme(theme) => self.change_settings(|settings| settings.theme = theme),
            Command::SetFontScale(scale) => self.change_settings(|settings| settings.font_scale = scale),
            Command::SetProfile(id) => self.change_settings(|settings| settings.profile_id = id),
            Command::SetLanguage(language) => self.change_settings(|settings| settings.language = language),
            Command::SetSaveSessions(save) => self.change_settings(|settings| settings.save_sessions = save),
            Command::SetDevice(device) => {
                self.change_settings(|settings| settings.device = device);
                if self.page == Page::FirstRun {
                    self.check_microphone();
                }
            }
            Command::FinishFirstRun => {
                self.change_settings(|settings| settings.first_run_done = true);
                self.open(Page::Live);
            }
            Command::SetModelSource(site) => {
                let site = if site.is_empty() { source::DEFAULT_SOURCE } else { &site };
                self.change_site(site, |settings, site| settings.models.source = site);
            }
            // Without a mirror there is nothing to check.
            Command::SetModelMirror(site) if site.is_empty() => {
                self.change_settings(|settings| settings.models.mirror.clear());
            }
            Command::SetModelMirror(site) => self.change_site(&site, |settings, site| settings.models.mirror = site),
            Command::AskRemoveModel(id) => self.asked = Some(id),
            Command::Model(action) => self.act_on_model(action),
            Command::Wording(action) => self.error = self.backend.act_on_wording(action).err(),
            Command::TryWording(request) => self.backend.try_wording(*request),
            // What is left needs an open replay, and there is none.
            _ => {}
        }
    }
}
