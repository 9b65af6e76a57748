package setting

import (
	"bytes"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"kessai/internal/payment"
	"kessai/internal/problem"
	"kessai/paygent"
)

// CheckKit reads a kit as the connection module will: the configuration, the client
// certificate with its key at now, the CA file, and that none of them is missing.
func CheckKit(k *Kit, passphrase Secret, now time.Time) Problems {
	conf, ok := k.File(ConfName)
	if !ok {
		return Problems{missingFile(ConfName, "")}
	}
	c, err := paygent.ParseConfig(ConfName, bytes.NewReader(conf.Data))
	if err != nil {
		return sentences(err)
	}
	found := missingAddresses(c)
	if !c.NoClientCert {
		found = append(found, k.named(paygent.KeyClientFilePath, c.ClientFilePath)...)
	}
	if !c.NoCAFile {
		found = append(found, k.named(paygent.KeyCAFilePath, c.CAFilePath)...)
	}
	if len(found) > 0 {
		return found
	}
	return k.checkFiles(c, passphrase, now)
}

// named asks for the file that the configuration names.
func (k *Kit) named(key, path string) Problems {
	if _, ok := k.File(base(path)); ok {
		return nil
	}
	return Problems{missingFile(base(path), key)}
}

// missingAddresses asks for the telegrams that every shop sends: cards, and the inquiries
// without which no unknown outcome is ever settled.
func missingAddresses(c *paygent.Config) (found Problems) {
	for _, service := range []struct {
		key   string
		kinds []paygent.Kind
	}{
		{"url.02", []paygent.Kind{paygent.KindAuthorize, paygent.KindCancelAuthorization, paygent.KindCapture, paygent.KindCancelCapture}},
		{"url.09", []paygent.Kind{paygent.KindDifference, paygent.KindInquire}},
	} {
		for _, kind := range service.kinds {
			if _, err := c.URL(kind); err != nil {
				found = append(found, problem.Wrap(err, problem.Invalid, CodeKitNoURL, problem.Args{"File": ConfName, "Key": service.key}).On("file"))
				break
			}
		}
	}
	return found
}

func missingFile(name, key string) *problem.Problem {
	return problem.New(problem.Invalid, CodeKitFile, problem.Args{"File": name, "Key": key}).On("file")
}

// checkFiles lets paygent read certificate and CA from a passing folder, because
// that is where it reads them from later.
func (k *Kit) checkFiles(c *paygent.Config, passphrase Secret, now time.Time) (found Problems) {
	dir, err := os.MkdirTemp("", "kessai-kit-") // mode 0700
	if err != nil {
		return Problems{problem.Wrap(err, problem.Internal, CodeKitCheck, nil)}
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			found = append(found, problem.Wrap(err, problem.Internal, CodeKitCheck, nil))
		}
	}()
	here := *c
	here.ClientFilePath = filepath.Join(dir, base(c.ClientFilePath))
	here.CAFilePath = filepath.Join(dir, base(c.CAFilePath))
	for _, name := range []string{here.ClientFilePath, here.CAFilePath} {
		f, ok := k.File(filepath.Base(name))
		if !ok {
			continue // the configuration uses none
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			return Problems{problem.Wrap(err, problem.Internal, CodeKitCheck, nil)}
		}
	}
	return sentences(here.CheckFiles(passphrase, now))
}

// sentences turn the connection module's errors into problems, one each.
func sentences(err error) Problems {
	if err == nil {
		return nil
	}
	all := paygent.ConfigErrors(err)
	if len(all) == 0 {
		return Problems{problem.Wrap(err, problem.Internal, CodeKitCheck, nil)}
	}
	var found Problems
	for _, e := range all {
		file := filepath.Base(e.File)
		args := problem.Args{"File": file, "Place": place(file, e.Line), "Key": e.Key, "Detail": e.Detail}
		found = append(found, problem.Wrap(e, problem.Invalid, kitCode(e), args).On("file"))
	}
	return found
}

// place names the line too, where there is one: a missing key has none.
func place(file string, line int) string {
	if line <= 0 {
		return file
	}
	return file + ", line " + strconv.Itoa(line)
}

// kitCode finds the sentence for what the connection module complains about. It is
// told apart by its words, since only those exist; a test makes each of them.
func kitCode(e *paygent.ConfigError) string {
	if e.Code != paygent.CodeCertificate {
		if strings.HasPrefix(e.Key, "url.") {
			return CodeKitAddress
		}
		if strings.Contains(e.Detail, "absolute") && e.Line > 0 {
			return CodeKitPath
		}
		return CodeKitConf
	}
	if e.Key == paygent.KeyCAFilePath {
		return CodeKitCA
	}
	for _, c := range []struct{ words, code string }{
		{"passphrase does not open", CodeKitPassphrase},
		{"openssl pkcs8", CodeKitPBES1},
		{"does not belong to the certificate", CodeKitMismatch},
		{"expired on", CodeKitExpired},
		{"valid only from", CodeKitFuture},
		{"holds no certificate", CodeKitNoCert},
		{"holds no private key", CodeKitNoKey},
	} {
		if strings.Contains(e.Detail, c.words) {
			return c.code
		}
	}
	return CodeKitCert
}

const (
	CodeKitConf       = "setting.kit_conf"       // a value of the configuration is wrong
	CodeKitPath       = "setting.kit_path"       // a path is missing or relative
	CodeKitCert       = "setting.kit_cert"       // the .pem cannot be read
	CodeKitPassphrase = "setting.kit_passphrase" // the passphrase does not open the key
	CodeKitPBES1      = "setting.kit_pbes1"      // the key is encrypted in a way nothing here reads
	CodeKitMismatch   = "setting.kit_mismatch"   // key and certificate are not a pair
	CodeKitExpired    = "setting.kit_expired"
	CodeKitFuture     = "setting.kit_future"
	CodeKitNoCert     = "setting.kit_no_cert"
	CodeKitNoKey      = "setting.kit_no_key"
	CodeKitCA         = "setting.kit_ca"      // the .crt holds no certificate
	CodeKitCheck      = "setting.kit_check"   // the check itself failed
	CodeKitHost       = "setting.kit_host"    // the addresses are another environment's
	CodeKitPlain      = "setting.kit_plain"   // an address without TLS
	CodeKitAddress    = "setting.kit_address" // an address is none, or one without TLS elsewhere
	CodeKitNoURL      = "setting.kit_no_url"  // a telegram of every shop has no address
)

// Config parses the kit's configuration as uploaded.
func (k *Kit) Config() (*paygent.Config, error) {
	conf, ok := k.File(ConfName)
	if !ok {
		return nil, missingFile(ConfName, "")
	}
	c, err := paygent.ParseConfig(ConfName, bytes.NewReader(conf.Data))
	if err != nil {
		return nil, sentences(err)
	}
	return c, nil
}

// checkEnvironment refuses a kit whose addresses belong to another environment: a
// test must never reach the real centre, nor the other way round (product.md, Hosts).
// Without TLS nothing goes further than a simulator.
func (k *Kit) checkEnvironment(env payment.Environment) error {
	c, err := k.Config()
	if err != nil {
		if problem.Is(err, CodeKitFile) {
			return nil // no addresses yet
		}
		return err
	}
	for _, address := range c.URLs {
		u, err := url.Parse(address)
		if err != nil {
			return errors.Join(err)
		}
		if u.Scheme != "https" && env != payment.Simulator {
			return problem.New(problem.Invalid, CodeKitPlain, problem.Args{"File": ConfName, "Address": address, "Environment": string(env)}).On("environment")
		}
		if belongs := realHost(u.Hostname()); belongs != env && (belongs != "" || env == payment.Production) {
			return problem.New(problem.Invalid, CodeKitHost, problem.Args{"File": ConfName, "Host": u.Hostname(), "Environment": string(env)}).On("environment")
		}
	}
	return nil
}

// realHost reports which environment a host of Paygent's belongs to, empty for hosts
// that are not Paygent's (protocol.md §1.2).
func realHost(host string) payment.Environment {
	host = strings.ToLower(host)
	switch {
	case host == "sandbox.paygent.co.jp" || host == "mdev.paygent.co.jp" || host == "mdev2.paygent.co.jp":
		return payment.Test
	case host == "paygent.co.jp" || strings.HasSuffix(host, ".paygent.co.jp"):
		return payment.Production
	}
	return ""
}
