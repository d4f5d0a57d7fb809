//! Methods of the standard's own namespace that change who may do what, or how the server runs (Part 3, 5, 9, 12, 18;
//! numbers in the NodeIds list of Part 6, Annex A).

/// Name of a method by its number in namespace 0.
pub fn name(id: u32) -> Option<&'static str> {
    let at = METHODS.binary_search_by_key(&id, |(id, _)| *id).ok()?;
    METHODS.get(at).map(|(_, name)| *name)
}

/// Whether a method's arguments may hold a password: they are never shown.
pub fn secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passwd", "user", "login", "credential", "secret", "token", "privatekey", "updatecertificate"]
        .iter()
        .any(|word| name.contains(word))
}

/// Numbers, sorted, with object and method.
#[rustfmt::skip]
const METHODS: &[(u32, &str)] = &[
    (2426, "Program.Start"), (2427, "Program.Suspend"), (2428, "Program.Resume"), (2429, "Program.Halt"),
    (2430, "Program.Reset"), (3875, "Condition.ConditionRefresh"), (9027, "Condition.Enable"),
    (9028, "Condition.Disable"), (9029, "Condition.AddComment"), (9111, "Condition.Acknowledge"),
    (9113, "Condition.Confirm"), (9211, "Alarm.Unshelve"), (9212, "Alarm.OneShotShelve"), (9213, "Alarm.TimedShelve"),
    (11492, "Server.GetMonitoredItems"), (11580, "File.Open"), (11583, "File.Close"), (11585, "File.Read"),
    (11588, "File.Write"), (11590, "File.GetPosition"), (11593, "File.SetPosition"), (12647, "TrustList.Open"),
    (12650, "TrustList.Close"), (12652, "TrustList.Read"), (12655, "TrustList.Write"),
    (12663, "TrustList.OpenWithMasks"), (12666, "TrustList.CloseAndUpdate"), (12668, "TrustList.AddCertificate"),
    (12670, "TrustList.RemoveCertificate"), (12737, "ServerConfiguration.CreateSigningRequest"),
    (12740, "ServerConfiguration.ApplyChanges"), (12749, "Server.SetSubscriptionDurable"),
    (12777, "ServerConfiguration.GetRejectedList"), (12873, "Server.ResendData"),
    (12886, "Server.RequestServerStateChange"), (12912, "Condition.ConditionRefresh2"),
    (13387, "FileDirectory.CreateDirectory"), (13390, "FileDirectory.CreateFile"),
    (13393, "FileDirectory.DeleteFileSystemObject"), (13395, "FileDirectory.MoveOrCopy"),
    (13737, "ServerConfiguration.UpdateCertificate"), (14095, "TrustList.Open"), (14098, "TrustList.Close"),
    (14100, "TrustList.Read"), (14103, "TrustList.Write"), (14111, "TrustList.OpenWithMasks"),
    (14114, "TrustList.CloseAndUpdate"), (14117, "TrustList.AddCertificate"), (14119, "TrustList.RemoveCertificate"),
    (14129, "TrustList.Open"), (14132, "TrustList.Close"), (14134, "TrustList.Read"), (14137, "TrustList.Write"),
    (14145, "TrustList.OpenWithMasks"), (14148, "TrustList.CloseAndUpdate"), (14151, "TrustList.AddCertificate"),
    (14153, "TrustList.RemoveCertificate"), (15648, "Anonymous.AddIdentity"), (15650, "Anonymous.RemoveIdentity"),
    (15660, "AuthenticatedUser.AddIdentity"), (15662, "AuthenticatedUser.RemoveIdentity"),
    (15672, "Observer.AddIdentity"), (15674, "Observer.RemoveIdentity"), (15684, "Operator.AddIdentity"),
    (15686, "Operator.RemoveIdentity"), (15696, "Supervisor.AddIdentity"), (15698, "Supervisor.RemoveIdentity"),
    (15708, "SecurityAdmin.AddIdentity"), (15710, "SecurityAdmin.RemoveIdentity"),
    (15720, "ConfigureAdmin.AddIdentity"), (15722, "ConfigureAdmin.RemoveIdentity"), (15997, "RoleSet.AddRole"),
    (16000, "RoleSet.RemoveRole"), (16013, "ConfigurationFile.Open"), (16041, "Engineer.AddIdentity"),
    (16043, "Engineer.RemoveIdentity"), (16060, "ConfigurationFile.Close"), (16074, "ConfigurationFile.Read"),
    (16101, "ConfigurationFile.Write"), (16195, "Anonymous.AddApplication"), (16197, "Anonymous.RemoveApplication"),
    (16199, "Anonymous.AddEndpoint"), (16201, "Anonymous.RemoveEndpoint"),
    (16206, "AuthenticatedUser.AddApplication"), (16208, "AuthenticatedUser.RemoveApplication"),
    (16210, "AuthenticatedUser.AddEndpoint"), (16212, "AuthenticatedUser.RemoveEndpoint"),
    (16217, "Observer.AddApplication"), (16219, "Observer.RemoveApplication"), (16221, "Observer.AddEndpoint"),
    (16223, "Observer.RemoveEndpoint"), (16228, "Operator.AddApplication"), (16230, "Operator.RemoveApplication"),
    (16232, "Operator.AddEndpoint"), (16234, "Operator.RemoveEndpoint"), (16239, "Engineer.AddApplication"),
    (16241, "Engineer.RemoveApplication"), (16243, "Engineer.AddEndpoint"), (16245, "Engineer.RemoveEndpoint"),
    (16250, "Supervisor.AddApplication"), (16252, "Supervisor.RemoveApplication"), (16254, "Supervisor.AddEndpoint"),
    (16256, "Supervisor.RemoveEndpoint"), (16261, "SecurityAdmin.AddApplication"),
    (16263, "SecurityAdmin.RemoveApplication"), (16265, "SecurityAdmin.AddEndpoint"),
    (16267, "SecurityAdmin.RemoveEndpoint"), (16272, "ConfigureAdmin.AddApplication"),
    (16274, "ConfigureAdmin.RemoveApplication"), (16276, "ConfigureAdmin.AddEndpoint"),
    (16278, "ConfigureAdmin.RemoveEndpoint"), (16301, "RoleSet.AddRole"), (16304, "RoleSet.RemoveRole"),
    (16317, "ConfigurationFile.CloseAndUpdate"), (16320, "ConfigurationFile.ConfirmUpdate"), (16402, "Alarm.Silence"),
    (16403, "Alarm.Suppress"), (17868, "Alarm.Unsuppress"), (17869, "Alarm.RemoveFromService"),
    (17870, "Alarm.PlaceInService"), (18199, "Alarm.Reset"), (18632, "TrustedApplication.AddIdentity"),
    (18634, "TrustedApplication.RemoveIdentity"), (18636, "TrustedApplication.AddApplication"),
    (18638, "TrustedApplication.RemoveApplication"), (18640, "TrustedApplication.AddEndpoint"),
    (18642, "TrustedApplication.RemoveEndpoint"), (19342, "ServerConfiguration.CreateSelfSignedCertificate"),
    (19345, "ServerConfiguration.DeleteCertificate"), (24269, "UserManagement.AddUser"),
    (24271, "UserManagement.ModifyUser"), (24273, "UserManagement.RemoveUser"),
    (24275, "UserManagement.ChangePassword"), (24304, "UserManagement.AddUser"), (24306, "UserManagement.ModifyUser"),
    (24308, "UserManagement.RemoveUser"), (24310, "UserManagement.ChangePassword"), (24316, "Alarm.Suppress2"),
    (24318, "Alarm.Unsuppress2"), (24320, "Alarm.RemoveFromService2"), (24322, "Alarm.PlaceInService2"),
    (24324, "Alarm.Reset2"), (24738, "Alarm.TimedShelve2"), (24740, "Alarm.Unshelve2"),
    (24742, "Alarm.OneShotShelve2"), (25572, "SecurityKeyServerAdmin.AddIdentity"),
    (25574, "SecurityKeyServerAdmin.RemoveIdentity"), (25576, "SecurityKeyServerAdmin.AddApplication"),
    (25578, "SecurityKeyServerAdmin.RemoveApplication"), (25580, "SecurityKeyServerAdmin.AddEndpoint"),
    (25582, "SecurityKeyServerAdmin.RemoveEndpoint"), (25591, "SecurityKeyServerPush.AddIdentity"),
    (25593, "SecurityKeyServerPush.RemoveIdentity"), (25595, "SecurityKeyServerPush.AddApplication"),
    (25597, "SecurityKeyServerPush.RemoveApplication"), (25599, "SecurityKeyServerPush.AddEndpoint"),
    (25601, "SecurityKeyServerPush.RemoveEndpoint"), (25610, "SecurityKeyServerAccess.AddIdentity"),
    (25612, "SecurityKeyServerAccess.RemoveIdentity"), (25614, "SecurityKeyServerAccess.AddApplication"),
    (25616, "SecurityKeyServerAccess.RemoveApplication"), (25618, "SecurityKeyServerAccess.AddEndpoint"),
    (25620, "SecurityKeyServerAccess.RemoveEndpoint"), (25708, "ServerConfiguration.CancelChanges"),
    (25709, "ServerConfiguration.ResetToServerDefaults"), (32333, "ServerConfiguration.GetCertificates"),
];
