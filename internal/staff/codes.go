package staff

// Codes of the problems raised here; wording/staff.go has the sentences.
const (
	CodeBadLogin      = "staff.bad_login"      // wrong id or password, nobody learns which
	CodeLocked        = "staff.locked"         // {Minutes} left
	CodeUnknown       = "staff.unknown"        // no such member
	CodeLoginID       = "staff.login_id"       // not a login id
	CodeLoginIDTaken  = "staff.login_id_taken" // another member has it
	CodeName          = "staff.name"           // no name, or too long
	CodePasswordShort = "staff.password_short" // {Min}
	CodePasswordLong  = "staff.password_long"  // {Max} bytes
	CodePasswordSame  = "staff.password_same"  // it is the login id
	CodeAttached      = "staff.attached"       // members are EC-CUBE's
	CodeMagicMissing  = "staff.auth_magic_missing"
)
