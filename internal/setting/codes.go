package setting

import "kessai/internal/problem"

// Codes of the problems raised here; wording/setting.go has the sentences, those of
// the page verbatim (admin.md §1.1).
const (
	CodeUnknown    = "setting.unknown"      // no setting of this name
	CodeBlank      = "setting.blank"        // nothing chosen
	CodeChoice     = "setting.choice"       // not one of the choices
	CodeRequired   = "setting.required"     // … が入力されていません
	CodeUnselected = "setting.unselected"   // … が選択されていません
	CodeDigits     = "setting.digits"       // … は数字で
	CodeAlnum      = "setting.alnum"        // … は英数字で
	CodeASCII      = "setting.ascii"        // … は半角英数記号で
	CodeKatakana   = "setting.katakana"     // 店舗名はカタカナで
	CodeSpaces     = "setting.spaces"       // … に半角スペース・改行は
	CodeTooLong    = "setting.too_long"     // … は{Max}字以下で
	CodeRange      = "setting.range"        // … は{Min}～{Max}日で
	CodeURL        = "setting.url"          // … を正しく
	CodeTermLink   = "setting.term_link"    // 取消期間 below 支払期限日
	CodeTermBank   = "setting.term_bank"    // 取消期間 below 銀行ネット's
	CodeMark       = "setting.mark"         // up to four letters
	CodeMarkNeeded = "setting.mark_needed"  // shared merchant without a mark
	CodeThreeDPage = "setting.three_d_page" // nobody takes a buyer back from 3-D Secure
	CodeTokenEnv   = "setting.token_env"    // トークン接続先 is of another environment

	CodeMissing        = "setting.missing"         // not set up yet
	CodeVersion        = "setting.version"         // no such version
	CodeConflict       = "setting.changed"         // somebody else saved meanwhile
	CodeOpenOperations = "setting.open_operations" // environment or merchant cannot change now
	CodeLivingPayments = "setting.living_payments" // environment or merchant would leave payments behind

	CodeKeyMissing  = "setting.key_missing"  // the key file is gone
	CodeKeyOther    = "setting.key_other"    // the key file is another's
	CodeKeyBroken   = "setting.key_broken"   // the key file cannot be read
	CodeUnreadable  = "setting.unreadable"   // a stored value was tampered with or damaged
	CodeKitFileName = "setting.kit_filename" // not a file of a kit
	CodeKitTooLarge = "setting.kit_too_large"
	CodeKitFile     = "setting.kit_no_file" // no such file in the kit
	CodeKitTwice    = "setting.kit_twice"
)

// refuse is a problem about one setting.
func refuse(code, name, label string, more problem.Args) *problem.Problem {
	args := problem.Args{"Name": name, "Label": label}
	for k, v := range more {
		args[k] = v
	}
	return problem.New(problem.Invalid, code, args).On(name)
}

// Problems are all that is wrong with a set of settings.
type Problems []*problem.Problem

func (p Problems) Error() string {
	text := ""
	for i, one := range p {
		if i > 0 {
			text += "; "
		}
		text += one.Error()
	}
	return text
}

// Unwrap lets problem.As find the first.
func (p Problems) Unwrap() []error {
	errs := make([]error, len(p))
	for i, one := range p {
		errs[i] = one
	}
	return errs
}

// err is nil for no problem: an empty list must not be a non-nil error.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
