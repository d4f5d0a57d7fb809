//! Services (ISO 9506-2, ConfirmedServiceRequest and UnconfirmedService): tag number, the standard's name, what is done.

use crate::dataset::Operation;
use crate::protocol::Function;

pub const STATUS: u32 = 0;
pub const GET_NAME_LIST: u32 = 1;
pub const IDENTIFY: u32 = 2;
pub const READ: u32 = 4;
pub const WRITE: u32 = 5;
pub const GET_VARIABLE_ACCESS_ATTRIBUTES: u32 = 6;
pub const DEFINE_NAMED_VARIABLE_LIST: u32 = 11;
pub const GET_NAMED_VARIABLE_LIST_ATTRIBUTES: u32 = 12;
pub const DELETE_NAMED_VARIABLE_LIST: u32 = 13;
pub const INITIATE_DOWNLOAD_SEQUENCE: u32 = 26;
pub const DOWNLOAD_SEGMENT: u32 = 27;
pub const TERMINATE_DOWNLOAD_SEQUENCE: u32 = 28;
pub const INITIATE_UPLOAD_SEQUENCE: u32 = 29;
pub const UPLOAD_SEGMENT: u32 = 30;
pub const TERMINATE_UPLOAD_SEQUENCE: u32 = 31;
pub const CREATE_PROGRAM_INVOCATION: u32 = 38;
pub const GET_PROGRAM_INVOCATION_ATTRIBUTES: u32 = 45;
pub const OBTAIN_FILE: u32 = 46;
pub const READ_JOURNAL: u32 = 65;
pub const DELETE_JOURNAL: u32 = 70;
pub const FILE_OPEN: u32 = 72;
pub const FILE_READ: u32 = 73;
pub const FILE_CLOSE: u32 = 74;
pub const FILE_RENAME: u32 = 75;
pub const FILE_DELETE: u32 = 76;
pub const FILE_DIRECTORY: u32 = 77;

pub const INFORMATION_REPORT: u32 = 0;
pub const UNSOLICITED_STATUS: u32 = 1;

/// Confirmed services by their tag number.
const CONFIRMED: [(&str, Operation); 78] = [
    ("status", Operation::DiagnoseRead),
    ("getNameList", Operation::Browse),
    ("identify", Operation::IdentifyDevice),
    ("rename", Operation::NameChange),
    ("read", Operation::Read),
    ("write", Operation::Write),
    ("getVariableAccessAttributes", Operation::Browse),
    ("defineNamedVariable", Operation::ConfigureDevice),
    ("defineScatteredAccess", Operation::ConfigureDevice),
    ("getScatteredAccessAttributes", Operation::Browse),
    ("deleteVariableAccess", Operation::ConfigureDevice),
    ("defineNamedVariableList", Operation::ConfigureDevice),
    ("getNamedVariableListAttributes", Operation::Browse),
    ("deleteNamedVariableList", Operation::ConfigureDevice),
    ("defineNamedType", Operation::ConfigureDevice),
    ("getNamedTypeAttributes", Operation::Browse),
    ("deleteNamedType", Operation::ConfigureDevice),
    ("input", Operation::MethodCall),
    ("output", Operation::MethodCall),
    ("takeControl", Operation::MethodCall),
    ("relinquishControl", Operation::MethodCall),
    ("defineSemaphore", Operation::ConfigureDevice),
    ("deleteSemaphore", Operation::ConfigureDevice),
    ("reportSemaphoreStatus", Operation::DiagnoseRead),
    ("reportPoolSemaphoreStatus", Operation::DiagnoseRead),
    ("reportSemaphoreEntryStatus", Operation::DiagnoseRead),
    ("initiateDownloadSequence", Operation::ProgramDownload),
    ("downloadSegment", Operation::ProgramDownload),
    ("terminateDownloadSequence", Operation::ProgramDownload),
    ("initiateUploadSequence", Operation::ProgramUpload),
    ("uploadSegment", Operation::ProgramUpload),
    ("terminateUploadSequence", Operation::ProgramUpload),
    ("requestDomainDownload", Operation::ProgramDownload),
    ("requestDomainUpload", Operation::ProgramUpload),
    ("loadDomainContent", Operation::ProgramDownload),
    ("storeDomainContent", Operation::ProgramUpload),
    ("deleteDomain", Operation::ProgramDelete),
    ("getDomainAttributes", Operation::Browse),
    ("createProgramInvocation", Operation::ProgramEdit),
    ("deleteProgramInvocation", Operation::ProgramDelete),
    ("start", Operation::ModeRun),
    ("stop", Operation::ModeStop),
    ("resume", Operation::ModeRun),
    ("reset", Operation::RestartWarm),
    ("kill", Operation::ModeStop),
    ("getProgramInvocationAttributes", Operation::Browse),
    ("obtainFile", Operation::FileWrite),
    ("defineEventCondition", Operation::ConfigureAlarm),
    ("deleteEventCondition", Operation::ConfigureAlarm),
    ("getEventConditionAttributes", Operation::Browse),
    ("reportEventConditionStatus", Operation::DiagnoseRead),
    ("alterEventConditionMonitoring", Operation::ConfigureAlarm),
    ("triggerEvent", Operation::AlarmRaise),
    ("defineEventAction", Operation::ConfigureAlarm),
    ("deleteEventAction", Operation::ConfigureAlarm),
    ("getEventActionAttributes", Operation::Browse),
    ("reportEventActionStatus", Operation::DiagnoseRead),
    ("defineEventEnrollment", Operation::ConfigureAlarm),
    ("deleteEventEnrollment", Operation::ConfigureAlarm),
    ("alterEventEnrollment", Operation::ConfigureAlarm),
    ("reportEventEnrollmentStatus", Operation::DiagnoseRead),
    ("getEventEnrollmentAttributes", Operation::Browse),
    ("acknowledgeEventNotification", Operation::AlarmAcknowledge),
    ("getAlarmSummary", Operation::ReadEvents),
    ("getAlarmEnrollmentSummary", Operation::ReadEvents),
    ("readJournal", Operation::ReadEvents),
    ("writeJournal", Operation::WriteHistory),
    ("initializeJournal", Operation::DiagnoseClear),
    ("reportJournalStatus", Operation::DiagnoseRead),
    ("createJournal", Operation::ConfigureDevice),
    ("deleteJournal", Operation::DiagnoseClear),
    ("getCapabilityList", Operation::IdentifyServices),
    ("fileOpen", Operation::FileRead),
    ("fileRead", Operation::FileRead),
    ("fileClose", Operation::FileRead),
    ("fileRename", Operation::FileWrite),
    ("fileDelete", Operation::FileDelete),
    ("fileDirectory", Operation::FileList),
];

const UNCONFIRMED: [(&str, Operation); 3] = [
    ("informationReport", Operation::Publish),
    ("unsolicitedStatus", Operation::Notify),
    ("eventNotification", Operation::Notify),
];

fn of(table: &'static [(&'static str, Operation)], number: u32) -> Option<&'static (&'static str, Operation)> {
    table.get(usize::try_from(number).ok()?)
}

pub fn known(number: u32) -> bool {
    of(&CONFIRMED, number).is_some()
}

pub fn function(number: u32) -> Function {
    Function { code: Some(number), name: of(&CONFIRMED, number).map(|(name, _)| *name) }
}

pub fn operation(number: u32) -> Operation {
    of(&CONFIRMED, number).map_or(Operation::Unknown, |(_, operation)| *operation)
}

/// Function and operation of an unconfirmed service.
pub fn unconfirmed(number: u32) -> (Function, Operation) {
    let known = of(&UNCONFIRMED, number);
    let function = Function { code: Some(number), name: known.map(|(name, _)| *name) };
    (function, known.map_or(Operation::Unknown, |(_, operation)| *operation))
}

#[cfg(test)]
mod tests {
    use super::{FILE_DIRECTORY, READ_JOURNAL, function};

    #[test]
    fn numbers_are_those_of_the_standard() {
        let name = |number| function(number).name;
        assert_eq!(
            (name(44), name(READ_JOURNAL), name(FILE_DIRECTORY)),
            (Some("kill"), Some("readJournal"), Some("fileDirectory"))
        );
        assert_eq!(name(78), None);
    }
}
