package paygent

import "strings"

const confPrefix = "paygentB2Bmodule."

// Keys of modenv_properties.conf, without their prefix "paygentB2Bmodule."
// (protocol.md §2). Addresses are url.NN or url.NNN.
const (
	KeyClientFilePath  = "client_file_path"    // client certificate and its key, PEM, absolute; required unless not_use_client_cert=true
	KeyNotUseClient    = "not_use_client_cert" // true: no client certificate
	KeyCAFilePath      = "ca_file_path"        // CA certificates, PEM, absolute; required unless not_use_ca_cert=true
	KeyNotUseCA        = "not_use_ca_cert"     // true: the system's CAs instead of a file
	KeyProxyServerName = "proxy_server_name"   // HTTP proxy by name
	KeyProxyServerIP   = "proxy_server_ip"     // HTTP proxy by address; wins over the name
	KeyProxyServerPort = "proxy_server_port"   // 0 or empty: no proxy
	KeyDefaultID       = "default_id"          // connect_id where the caller gives none
	KeyDefaultPassword = "default_password"    // connect_password where the caller gives none
	KeyTimeout         = "timeout_value"       // seconds for a whole telegram, required
	KeyLogOutputPath   = "log_output_path"     // required; may be empty, else absolute
	KeyDebug           = "debug_flg"           // 1: requests and answers are logged too
	KeySelectMaxCount  = "select_max_cnt"      // limit_count of reference telegrams, required
	KeyUTF8Kinds       = "telegram_kind.utf8"  // kinds sent in UTF-8, comma-separated
	KeyRefKinds        = "telegram_kind.ref"   // kinds answered as a table (CSV), comma-separated
	keyURL             = "url."
)

// ConfKeys lists every key with a fixed name, in the order in which Config.Write writes them.
func ConfKeys() []string {
	return []string{
		KeyClientFilePath, KeyNotUseClient, KeyCAFilePath, KeyNotUseCA,
		KeyProxyServerName, KeyProxyServerIP, KeyProxyServerPort,
		KeyDefaultID, KeyDefaultPassword, KeyTimeout, KeyLogOutputPath,
		KeyDebug, KeySelectMaxCount, KeyUTF8Kinds, KeyRefKinds,
	}
}

// defaultUTF8Kinds hold where the file has no telegram_kind.utf8 (protocol.md §1.6).
func defaultUTF8Kinds() []Kind {
	return []Kind{"098", "380", "410", "411", "412", "413", "414", "415", "416", "417", "418", "450"}
}

// confLine is one line's key and value; ok is false for comments and lines without a key.
// A literal \r or \n, two characters, ends the line there, as in the connection module:
// the Windows path C:\new is cut to C: (protocol.md §2).
func confLine(line string) (key, value string, ok bool) {
	for _, cut := range []string{`\r`, `\n`} {
		if i := strings.Index(line, cut); i >= 0 {
			line = line[:i]
		}
	}
	if strings.HasPrefix(line, "#") {
		return "", "", false
	}
	key, value, found := strings.Cut(line, "=")
	if key = strings.TrimSpace(key); !found || key == "" {
		return "", "", false
	}
	return key, strings.TrimSpace(value), true
}

// trimConfPrefix returns the key without the module's prefix.
func trimConfPrefix(key string) (string, bool) { return strings.CutPrefix(key, confPrefix) }
