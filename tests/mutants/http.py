"""Harm to the translation of events, of responses, and of events that are not HTTP."""

from typing import Final

from tests.mutants.mutant import Mutant

_PATHS: Final = "adapter/http/test_paths.py"
_POSTED: Final = "adapter/http/test_posted.py"
_POSTED_EVENT: Final = "adapter/http/test_posted_event.py"
_RESPONSE: Final = "adapter/http/test_response.py"
_WEBSOCKETS: Final = "adapter/http/test_posted_websockets.py"

REQUESTS: Final[list[Mutant]] = [
    Mutant(
        name="port-of-any-length",
        file="http/scope",
        find="len(text) <= 5 and (port := int(text)) < 65_536",
        replace="(port := int(text)) >= 0",
        test="adapter/http/test_scope.py::test_h2_host_and_port_are_read_or_left_out",
    ),
    Mutant(
        name="header-of-another-type-raises",
        file="http/scope",
        find="except (AttributeError, UnicodeEncodeError):",
        replace="except ZeroDivisionError:",
        test="adapter/http/test_hostile_events.py::test_h2_each_field_in_turn",
    ),
    Mutant(
        name="base64-that-is-none-raises",
        file="http/scope",
        find="except (binascii.Error, ValueError):",
        replace="except ZeroDivisionError:",
        test="adapter/http/test_scope.py::test_body",
    ),
    Mutant(
        name="raw-path-is-none",
        file="http/scope",
        find='"raw_path": path[1],',
        replace='"raw_path": None,',
        test="adapter/http/test_scope.py::test_h3_raw_path_is_bytes",
    ),
    Mutant(
        name="decoded-path-is-decoded-again",
        file="http/scope",
        find="    path = octets(path).decode()  # without halves",
        replace="    path = unquote(path)  # without halves",
        test="adapter/http/test_http_api.py::test_h4_http_api_path_is_not_decoded_twice",
    ),
    Mutant(
        name="function-url-reads-the-decoded-path",
        file="http/function_url",
        find='raw_path = self.event.get("rawPath")',
        replace='raw_path = self.event["requestContext"]["http"].get("path")',
        test="adapter/http/test_function_url.py::test_h4_function_url_path_is_decoded_once",
    ),
    Mutant(
        name="older-format-is-decoded-again",
        file="http/rest_api",
        find='path = decoded_path if event.get("version") == "1.0" else encoded_path',
        replace="path = encoded_path",
        test=(
            "adapter/http/test_rest_api.py::test_h4_http_api_path_is_not_decoded_in_the_older_format_either"
        ),
    ),
    Mutant(
        name="first-proxy-counts",
        file="http/scope",
        find='return values.rpartition(b",")[2].strip()',
        replace='return values.partition(b",")[0].strip()',
        test="adapter/http/test_load_balancer.py::test_h7_client_is_the_last_forwarded_address",
    ),
    Mutant(
        name="client-of-no-address",
        file="http/scope",
        find="return (address, port or 0) if address else None",
        replace="return address, port or 0",
        test="adapter/http/test_load_balancer.py::test_h7_client_is_the_last_forwarded_address",
    ),
    Mutant(
        name="cookies-joined-by-commas",
        file="http/scope",
        find='b"; ".join(cookies)',
        replace='b", ".join(cookies)',
        test="adapter/http/test_load_balancer.py::test_each_line_of_a_header_is_kept",
    ),
    Mutant(
        name="response-trigger-is-a-request",
        file="http/lambda_edge",
        find='"response" not in cf and ',
        replace="",
        test="adapter/http/test_lambda_edge.py::test_h6_response_triggers_are_no_requests",
    ),
    Mutant(
        name="lattice-is-unknown",
        file="http/triggers",
        find="(LoadBalancer, RestApi, VpcLattice)",
        replace="(LoadBalancer, RestApi)",
        test="adapter/http/test_vpc_lattice.py::test_h8_vpc_lattice_is_served",
    ),
    Mutant(
        name="authorizers-run-the-endpoint",
        file="http/triggers",
        find='"routeArn" in event or "methodArn" in event or ',
        replace="",
        test="adapter/http/test_triggers.py::test_h10_authorizer_events_are_no_requests",
    ),
    Mutant(
        name="infer-cannot-be-overridden",
        file="adapter",
        find="trigger = self.infer(event, context)",
        replace="trigger = LifespanAdapter.infer(self, event, context)",
        test="adapter/http/test_triggers.py::test_infer_may_be_overridden",
    ),
]

PATHS: Final[list[Mutant]] = [
    Mutant(
        name="prefix-of-a-segment",
        file="http/paths",
        find=' and (not rest or rest.startswith("/"))',
        replace="",
        test=f"{_PATHS}::test_h5_base_path_becomes_root_path",
    ),
    Mutant(
        name="path-without-its-root",
        file="http/paths",
        find='f"{stage.missing}{path}{slash}"',
        replace='f"{path}{slash}"',
        test=f"{_PATHS}::test_h5_root_path_is_put_before_every_path",
    ),
    Mutant(
        name="base-path-alone-is-nothing",
        file="http/paths",
        find='slash = "/" if path == present else ""',
        replace='slash = ""',
        test=f"{_PATHS}::test_h5_base_path_alone_is_the_root",
    ),
    Mutant(
        name="stage-that-is-a-route-too",
        file="http/rest_api",
        find="""if whole.rstrip("/") == f"/{stage}{path}".rstrip("/"):""",
        replace="""if not path.startswith(f"/{stage}") and whole != path:""",
        test=f"{_PATHS}::test_h5_stage",
    ),
    Mutant(
        name="stage-behind-a-domain-of-ones-own",
        file="http/http_api",
        find='if named and (not isinstance(domain, str) or ".execute-api." in domain):',
        replace="if named:",
        test=f"{_PATHS}::test_h5_stage",
    ),
]

RESPONSES: Final[list[Mutant]] = [
    Mutant(
        name="latin-1-loses-the-response",
        file="http/response",
        find="except (AttributeError, UnicodeDecodeError):",
        replace="except AttributeError:",
        test=f"{_RESPONSE}::test_h1_header_that_is_not_utf8_is_latin_1",
    ),
    Mutant(
        name="utf8-is-taken-for-latin-1",
        file="http/response",
        find="return [(name.decode().lower(), value.decode())",
        replace='return [(name.decode().lower(), value.decode("latin-1"))',
        test=f"{_RESPONSE}::test_h1_header_that_is_utf8_stays_so",
    ),
    Mutant(
        name="excluded-headers-are-returned",
        file="http/response",
        find="by_name.pop(name, None)",
        replace="by_name.get(name)",
        test=f"{_RESPONSE}::test_h9_excluded_headers_are_left_out",
    ),
    Mutant(
        name="problem-json-is-binary",
        file="http/response",
        find=".endswith(TEXT_SUFFIXES)",
        replace=".endswith(())",
        test=f"{_RESPONSE}::test_h12_text_is_not_encoded",
    ),
    Mutant(
        name="edge-hides-base64",
        file="http/lambda_edge",
        find='"base64" if is_base64 else "text"',
        replace='"text"',
        test="adapter/http/test_lambda_edge.py::test_h6_binary_body_is_marked_so",
    ),
]

OTHER_EVENTS: Final[list[Mutant]] = [
    Mutant(
        name="failed-event-succeeds",
        file="http/posted",
        find="(500 if opens else 300)",
        replace="500",
        test=f"{_POSTED}::test_any_other_status_fails_the_invocation",
    ),
    Mutant(
        name="refused-websocket-fails",
        file="http/posted",
        find="(500 if opens else 300)",
        replace="300",
        test=f"{_WEBSOCKETS}::test_e4_refusal_of_a_websocket_is_passed_on",
    ),
    Mutant(
        name="anything-is-a-posted-event",
        file="http/posted",
        find="return post.told_apart() if isinstance(post, EventPost) else None",
        replace="return PostedEvent(post, None) if post else None",
        test=f"{_POSTED_EVENT}::test_e1_only_the_adapters_own_object_counts",
    ),
    Mutant(
        name="posted-event-cannot-be-told",
        file="http/posted",
        find='"extensions": {EXTENSION: self},',
        replace='"extensions": {},',
        test="adapter/http/test_forgery.py::test_e1_no_forged_event_gets_in",
    ),
    Mutant(
        name="no-second-fence",
        file="adapter",
        find="            request.refuse()",
        replace="            pass",
        test=f"{_POSTED_EVENT}::test_e1_plain_requests_are_refused_before_the_app",
    ),
    Mutant(
        name="fence-around-every-method",
        file="http/posted",
        find='if scope["method"] in _CHANGE_NOTHING:',
        replace="if False:",
        test=f"{_POSTED}::test_e2_callers_own_routes_work",
    ),
    Mutant(
        name="warned-of-for-ever",
        file="http/posted",
        find="self._warned = True",
        replace="pass",
        test=f"{_POSTED_EVENT}::test_e1_app_that_never_asks_is_warned_of_once",
    ),
    Mutant(
        name="posted-by-nobody",
        file="http/posted",
        find='"client": ("127.0.0.1", 0),',
        replace='"client": None,',
        test=f"{_POSTED}::test_e3_posted_events_have_a_host_that_is_allowed_and_a_client",
    ),
    Mutant(
        name="on-event-exits",
        file="http/request",
        find="        except BaseException as error:  # noqa: BLE001 - raised again outside of the loop",
        replace="        except Exception as error:",
        test="adapter/http/test_request.py::test_exception_of_on_event_fails_the_invocation",
    ),
    Mutant(
        name="on-event-is-not-marked",
        file="adapter",
        find="request.posted = not request.ping",
        replace="request.posted = False",
        test="adapter/http/test_request.py::test_on_event_gets_event_context_and_state",
    ),
]

HTTP: Final = [*REQUESTS, *PATHS, *RESPONSES, *OTHER_EVENTS]
