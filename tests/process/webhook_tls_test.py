"""TLS of webhooks: untrusted certificates and old protocols are rejected, each with its reason and before a request is
sent; a correct receiver is accepted.
"""

import pathlib
import ssl
import subprocess
import tempfile
import unittest
import warnings

from receiver import HEAD, RawReceiver, read_request, wait_until
from scimd import Server, made

EC_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
SHORT_KEY = ("-newkey", "rsa:1024")
TODAY, PAST, FUTURE, FAR_FUTURE = "20200101000000Z", "20210101000000Z", "20900101000000Z", "20991231000000Z"

AUTHORITY = """
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
policy = names
default_md = sha256
[names]
commonName = supplied
"""

# What is wrong with it -> how it is made, and what is said of the attempt.
FAULTS = {
    "wrong host": ({"host": "elsewhere.example"}, "no alternative certificate subject name matches"),
    "expired": ({"until": PAST}, "certificate has expired"),
    "not yet valid": ({"since": FUTURE}, "certificate is not yet valid"),
    "self-signed": ({"authority": None}, "self-signed certificate"),
    "of an unknown authority": ({"authority": "stranger"}, "unable to get local issuer certificate"),
    "signed with SHA-1": ({"signed": "sha1"}, "signature digest algorithm too weak"),
    "a key of 1,024 bits": ({"key": SHORT_KEY}, "certificate key too weak"),
    "for clients alone": ({"purpose": "clientAuth"}, "unsuitable certificate purpose"),
    "signed by no authority": ({"authority": "leaf"}, "invalid CA certificate"),
}


class Certificates:
    """A folder with two authorities, one of which is trusted, and what they have signed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "authority.cnf").write_text(AUTHORITY)
        (self.folder / "index.txt").touch()
        for name in ("trusted", "stranger"):
            self.openssl(
                "req", "-x509", *EC_KEY, "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                "-out", f"{name}.pem",
            )  # fmt: skip
        self.make("leaf")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def make(
        self, name, host="localhost", authority="trusted", since=TODAY, until=FAR_FUTURE, key=EC_KEY, signed="sha256",
        purpose="serverAuth",
    ):  # fmt: skip
        """The file with the certificate and what stands between it and its authority."""
        self.openssl("req", *key, "-nodes", "-subj", f"/CN={host}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        extensions = f"subjectAltName=DNS:{host}\nextendedKeyUsage={purpose}\nbasicConstraints=CA:FALSE\n"
        (self.folder / "extensions").write_text(extensions)
        signer = ("-cert", f"{authority}.pem", "-keyfile", f"{authority}.key")
        if authority is None:
            signer = ("-selfsign", "-keyfile", f"{name}.key")
        self.openssl(
            "ca", "-batch", "-notext", "-config", "authority.cnf", *signer, "-md", signed, "-startdate", since,
            "-enddate", until, "-extfile", "extensions", "-in", f"{name}.csr", "-out", f"{name}.pem",
        )  # fmt: skip
        chain = self.folder / f"{name}.chain"
        between = (self.folder / "leaf.pem").read_text() if authority == "leaf" else ""
        chain.write_text((self.folder / f"{name}.pem").read_text() + between)
        return chain, self.folder / f"{name}.key"


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Certificates(folder.name)
        cls.server = cls.start("--webhook-ca-file", str(cls.certificates.folder / "trusted.pem"))

    @classmethod
    def start(cls, *options):
        server = Server(options=["--webhook-allow-private", *options]).start()
        cls.addClassCleanup(server.remove)
        cls.addClassCleanup(server.stop)
        return server

    def context(self, files, version=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")  # what is weak is for the sender to refuse
        context.load_cert_chain(*files)
        if version:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
                context.minimum_version = version
                context.maximum_version = version
        return context

    def attempt(self, context, server=None):
        """What came of an attempt, and how many requests the receiver has read."""
        server = server or self.server
        requests = []

        def behave(connection):
            with context.wrap_socket(connection, server_side=True) as secure:
                read_request(secure)
                requests.append(secure.version())
                secure.sendall(HEAD + b"content-length: 0\r\n\r\n")

        receiver = RawReceiver(behave)
        self.addCleanup(receiver.close)
        directory = server.new_directory()
        body = {
            "url": f"https://localhost:{receiver.port}/",
            "retry_schedule_seconds": [0],
            "directory_id": directory.id,
        }
        with server.operator() as control:
            endpoint = made(control.post("/api/v1/webhook-endpoints", body))["id"]
        with directory.client() as client:
            client.create_user("anna@example.com")
        rows = wait_until(lambda: server.command("webhook", "attempts", endpoint)["attempts"])
        return rows[0], requests

    def test_a_receiver_without_a_fault_is_taken(self):
        files = self.certificates.make("good")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            attempt, requests = self.attempt(self.context(files, version))
            self.assertEqual(attempt.get("status"), 200, attempt)
            self.assertEqual(requests, [version.name.replace("_", ".")])

    def test_each_fault_of_a_certificate_is_refused_for_what_it_is(self):
        for name, (how, reason) in FAULTS.items():
            with self.subTest(name):
                files = self.certificates.make(name.replace(" ", "-"), **how)
                attempt, requests = self.attempt(self.context(files))
                self.assertNotIn("status", attempt)
                self.assertIn(reason, attempt["error"])
                self.assertEqual(requests, [])

    def test_tls_before_1_2_is_refused(self):
        files = self.certificates.make("old")
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with self.subTest(version):
                attempt, requests = self.attempt(self.context(files, version))
                self.assertNotIn("status", attempt)
                self.assertIn("protocol version", attempt["error"])
                self.assertEqual(requests, [])

    def test_an_authority_of_ones_own_is_trusted_by_the_operators_word_alone(self):
        attempt, requests = self.attempt(self.context(self.certificates.make("private")), self.start())
        self.assertNotIn("status", attempt)
        self.assertIn("unable to get local issuer certificate", attempt["error"])
        self.assertEqual(requests, [])


if __name__ == "__main__":
    unittest.main()
