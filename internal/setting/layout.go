package setting

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"kessai/internal/problem"
	"kessai/paygent"
)

// KitDir is where the kit in force lies on a node, as in the original.
func KitDir(dataDir string) string {
	return filepath.Join(dataDir, "app", "PluginData", "PaygentPayment")
}

// Layout writes the kit of a version on this node and returns its configuration. In
// the configuration's text the *_file_path values are replaced by this node's, base
// names kept; everything else stays byte for byte. The folder has mode 0700, files
// 0600; files of a former kit are removed. A version without a kit is problem
// Misconfigured "setting.missing".
func Layout(n Snapshot, dataDir string) (*paygent.Config, error) {
	return layout(n.Kit, KitDir(dataDir), dataDir)
}

// LayoutFormer is Layout for a version that is no longer in force but pinned by an
// operation: it lies beside, in var/kit/<id>, so that both can be used at once.
func LayoutFormer(n Snapshot, dataDir string) (*paygent.Config, error) {
	if n.Kit == nil {
		return nil, noKit()
	}
	return layout(n.Kit, filepath.Join(dataDir, "var", "kit", fmt.Sprint(n.Kit.ID)), dataDir)
}

func noKit() error {
	return problem.New(problem.Misset, CodeMissing, problem.Args{"Missing": []string{"接続キット"}})
}

func layout(k *Kit, dir, dataDir string) (*paygent.Config, error) {
	if k == nil {
		return nil, noKit()
	}
	c, err := k.Config()
	if err != nil {
		return nil, err
	}
	text, err := paygent.RewritePaths(conf(k), paths(c, dir, dataDir))
	if err != nil {
		return nil, fmt.Errorf("lay out the connection kit: %w", err)
	}
	if err := writeKitFiles(k, dir, text); err != nil {
		return nil, fmt.Errorf("lay out the connection kit: %w", err)
	}
	return paygent.ParseConfig(filepath.Join(dir, ConfName), bytes.NewReader(text))
}

func conf(k *Kit) []byte {
	f, _ := k.File(ConfName) // Config has read it
	return f.Data
}

func paths(c *paygent.Config, dir, dataDir string) map[string]string {
	out := map[string]string{paygent.KeyLogOutputPath: filepath.Join(dataDir, "var", "log", "prod", "connectmodule.log")}
	if c.ClientFilePath != "" {
		out[paygent.KeyClientFilePath] = filepath.Join(dir, base(c.ClientFilePath))
	}
	if c.CAFilePath != "" {
		out[paygent.KeyCAFilePath] = filepath.Join(dir, base(c.CAFilePath))
	}
	return out
}

// writeKitFiles writes the configuration last: whoever finds it finds its files too.
func writeKitFiles(k *Kit, dir string, confText []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	for _, f := range k.Files {
		if f.Name == ConfName {
			continue
		}
		if err := replace(filepath.Join(dir, f.Name), f.Data); err != nil {
			return err
		}
	}
	if err := replace(filepath.Join(dir, ConfName), confText); err != nil {
		return err
	}
	return removeFormer(k, dir)
}

// replace writes a file at once or not at all; one that is the same is left alone.
func replace(name string, content []byte) error {
	old, err := os.ReadFile(name)
	if err == nil && bytes.Equal(old, content) {
		return os.Chmod(name, 0o600)
	}
	temp, err := writeTemp(filepath.Dir(name), content)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, name); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// removeFormer removes certificates and keys that are no longer part of the kit.
func removeFormer(k *Kit, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		_, ours := k.File(e.Name())
		if ours || e.IsDir() || !isPEM(e.Name()) && !isCRT(e.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
