// Made by `make docs` from the registry's OpenAPI document: change the operations instead.

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check liveness
         * @description Reports that the process is running. It does not query the database.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check readiness
         * @description Reports whether requests can be served, with the state and lag of each part. Counts and positions are in the metrics. Lags of the journal may be a second old. Returns 503 while the primary is down.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/change_log_level": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the log level
         * @description Changes the log level of the process that handles the request, until it stops. Other processes keep their level. The change and the user who made it are logged.
         *
         *     Permission: `administer`.
         */
        post: operations["changeLogLevel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/csrf-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a CSRF token
         * @description Returns a random token for clients that request one before each write. The registry does not check it: requests are authenticated by a bearer token or an API key, never by a cookie, and so cannot be forged by another page.
         */
        get: operations["csrfToken"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description Exchanges an e-mail and a password for a short-lived access token and a refresh token. The same fields are accepted as a form (`application/x-www-form-urlencoded`). The response is the same for an unknown e-mail and a wrong password. After 10 failures for one user from one network within 15 minutes, further attempts from there receive 429 until the 15 minutes are over.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh the tokens
         * @description Exchanges a refresh token for a new access token and a new refresh token. The same field is accepted as a form (`application/x-www-form-urlencoded`). For 30 seconds the old refresh token returns the same new refresh token again, for a second browser tab or after a lost response. Used later, it ends the session, because the token may have been stolen.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Ends the session of the access token. Its access and refresh tokens stop working at once.
         *
         *     Permission: `read`.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/change_password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your password
         * @description Takes the current and the new password. A password has 12 to 1024 characters and must not be the e-mail or the name of the user. All other sessions of the user end; its API keys keep working. Wrong passwords count as failed logins.
         *
         *     Permission: `read`.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Returns the caller’s active keys, without the secrets. An administrator can list the keys of another user.
         *
         *     Permission: `read`.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Create an API key
         * @description Creates a key for a program that acts on behalf of the caller: send it as `Authorization: Bearer gcr_...` or `X-API-Key: gcr_...`. A request with the key has the permissions given here that its user also has at that time. The response contains the key once; only its hash is stored. A key cannot create keys, change passwords or manage sessions.
         *
         *     Permission: `read`.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api_keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Revokes a key of the caller or, for an administrator, of any user. The key stops working at once and permanently.
         *
         *     Permission: `read`.
         */
        delete: operations["deleteApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an API key, as in the previous registry
         * @description Creates a key with all permissions of the caller that a key can have. It expires after 365 days unless `expires_days` is given. Use `POST /auth/api_keys` to limit a key to permissions or accounts. Send the key as `Authorization: API Key gcr_...`, `Authorization: Bearer gcr_...` or `X-API-Key: gcr_...`.
         *
         *     Permission: `read`.
         */
        post: operations["createPreviousApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys, as in the previous registry
         * @description Returns the caller’s keys without the secrets, revoked and expired keys included.
         *
         *     Permission: `read`.
         */
        get: operations["listPreviousApiKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a user
         * @description Creates a user who can log in with this e-mail and password. E-mails of users are unique, regardless of case. The password has at least 12 characters; only its argon2id hash is stored.
         *
         *     Permission: `administer`.
         */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the current user
         * @description Returns the user of the access token or API key, with its accounts.
         *
         *     Permission: `read`.
         */
        get: operations["readMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/me/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the accounts of the current user
         * @description Returns the open accounts of the caller.
         *
         *     Permission: `read`.
         */
        get: operations["readMyAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export your personal data
         * @description Returns everything that the registry stores about the caller, except secrets: the user, then the lists of the response in their order. A page has at most `limit` rows in all lists together, and `registry-next-cursor` leads to the rest. Rows have the columns of the database, which docs/PRIVACY.md describes.
         *
         *     Permission: `read`.
         */
        get: operations["exportMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description Returns the caller and the users who share an account with the caller, or all users for an administrator.
         *
         *     Permission: `read`.
         */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user
         * @description Returns the caller, or a user who shares an account with the caller, with the shared accounts. An administrator can read every user with all accounts.
         *
         *     Permission: `read`.
         */
        get: operations["readUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/update/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update a user
         * @description Changes the name or organisation of the caller or, for an administrator, of any user. Roles, passwords and e-mails are changed by separate operations.
         *
         *     Permission: `read`.
         */
        patch: operations["updateUser"];
        trace?: never;
    };
    "/user/change_role/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the role of a user
         * @description Takes the role by name or number, in the query string or the body. It applies from the next request of the user. The last administrator keeps that role.
         *
         *     Permission: `administer`.
         */
        post: operations["changeUserRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/change_email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request a change of your e-mail
         * @description Records the e-mail that you want to have. An administrator verifies that the address is yours and changes it; until then you log in with the current one. A later request replaces an earlier one, and a request for the current e-mail withdraws it. The response is the same whether or not another user has the address. Wrong passwords count as failed logins.
         *
         *     Permission: `read`.
         */
        post: operations["requestEmailChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/email_changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List requested changes of e-mails
         * @description Returns the request of the caller, or the requests of all users for an administrator, ordered by user.
         *
         *     Permission: `read`.
         */
        get: operations["listEmailChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/change_email/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the e-mail of a user
         * @description Sets the e-mail with which a user logs in, and removes the request of the user, if there is one. E-mails of users are unique, regardless of case. Takes the password of the administrator; wrong ones count as failed logins. The user finds the change among its events, with the administrator.
         *
         *     Permission: `administer`.
         */
        post: operations["changeUserEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/reset_password/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset the password of a user
         * @description Sets a new password for another user who has forgotten theirs. All sessions of the user end; its API keys keep working. Use `POST /auth/change_password` for your own password.
         *
         *     Permission: `administer`.
         */
        post: operations["resetUserPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/delete/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a user
         * @description Deletes a user. Its tokens and API keys stop working at once, and it is removed from its accounts. The history of its actions is kept. The last administrator cannot be deleted, and callers cannot delete themselves.
         *
         *     Permission: `administer`.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/erase/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase the personal data of a deleted user
         * @description Destroys the name, the e-mail, the organisation, the password, the sessions, the API keys and the login attempts of a user who was deleted before, with the salts of their commitments. A pseudonym remains: the events, the action log and lineages keep the id. Accounts that had no other user must be empty or get another user first. This cannot be undone. Backups hold the data until they expire.
         *
         *     Permission: `administer`.
         */
        post: operations["eraseUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/{id}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the users of an account
         * @description Returns the users of an account, ordered by id.
         *
         *     Permission: `read`.
         */
        get: operations["readAccountUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/organisation/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an organisation
         * @description Creates an organisation. Names of organisations are unique, regardless of case and of characters that look alike (`O` and `0`).
         *
         *     Permission: `administer`.
         */
        post: operations["createOrganisation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/organisation/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List organisations
         * @description Returns all organisations. Every user can read them.
         *
         *     Permission: `read`.
         */
        get: operations["listOrganisations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/organisation/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organisation
         * @description Returns an organisation. Every user can read it.
         *
         *     Permission: `read`.
         */
        get: operations["readOrganisation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/organisation/update/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update an organisation
         * @description Changes the given fields.
         *
         *     Permission: `administer`.
         */
        patch: operations["updateOrganisation"];
        trace?: never;
    };
    "/organisation/delete/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete an organisation
         * @description Deletes an organisation. Its history is kept, and its name can be used again.
         *
         *     Permission: `administer`.
         */
        delete: operations["deleteOrganisation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an account
         * @description Creates an account and links the caller and the given users to it. Names are unique, regardless of case and of characters that look alike (`O` and `0`). Only an administrator can add users who do not share an account with the caller yet. An API key cannot add users other than its own.
         *
         *     Permission: `produce`.
         */
        post: operations["createAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List accounts
         * @description Returns the caller's accounts, or all accounts for an administrator.
         *
         *     Permission: `read`.
         */
        get: operations["listAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/directory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search the directory of accounts
         * @description Returns the accounts that are listed (`discoverable`), or the account with exactly the given `name` or `account_id`, listed or not. An account that is found by its id shows its name only to those who may know it: its users, and users of accounts that it whitelists or that took part in a transfer with it.
         *
         *     Permission: `read`.
         */
        get: operations["listAccountDirectory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an account
         * @description Returns the name, users, whitelist and time zone of an account.
         *
         *     Permission: `read`.
         */
        get: operations["readAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/update/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update an account
         * @description Changes the name, the time zone, whether the account is in the directory, or the users. `user_ids` replaces all users; an account has at least one. Only an administrator can add users who neither share an account with the caller nor were users of this account before. An API key may send `user_ids` only if they are unchanged.
         *
         *     Permission: `act`.
         */
        patch: operations["updateAccount"];
        trace?: never;
    };
    "/account/update_whitelist/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update the whitelist of an account
         * @description Adds accounts to the whitelist or removes them. An account receives transfers only from accounts on its whitelist. Adding an account twice and removing one that is not listed change nothing.
         *
         *     Permission: `act`.
         */
        patch: operations["updateAccountWhitelist"];
        trace?: never;
    };
    "/account/delete/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Close an account
         * @description Closes an account that has no devices and no certificates on which an action is possible (Active, Reserved, Locked or Cancelled). Its history is kept.
         *
         *     Permission: `act`.
         */
        delete: operations["deleteAccount"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/{id}/whitelist": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the accounts on a whitelist
         * @description Returns the accounts from which this account accepts transfers. The name of an account is `null` unless it is listed in the directory, belongs to the caller, whitelists an account of the caller, or took part in a transfer with one: adding an id to a whitelist reveals no name.
         *
         *     Permission: `read`.
         */
        get: operations["readAccountWhitelist"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/{id}/whitelist_inverse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the accounts that whitelist an account
         * @description Returns the accounts to which this account can transfer certificates.
         *
         *     Permission: `read`.
         */
        get: operations["readAccountWhitelistInverse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/{id}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Summarize an account
         * @description Returns totals of the devices by type, and of the energy of live bundles by energy source and status.
         *
         *     Permission: `read`.
         */
        get: operations["readAccountSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register a device
         * @description Registers a production or storage device in one of the caller’s accounts. `capacity` is an alias of `power_mw`. A local device identifier is unique within its grid, regardless of case and of characters that look alike (`O` and `0`), and cannot be reused once certificates were issued under it, even after its device was deleted.
         *
         *     Permission: `produce`.
         */
        post: operations["createDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List devices
         * @description Returns the devices of the caller's accounts, all devices for an administrator, or the storage devices for a storage validator.
         *
         *     Permission: `read`.
         */
        get: operations["listDevices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a device
         * @description Returns the registered attributes of a device.
         *
         *     Permission: `read`.
         */
        get: operations["readDevice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/update/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update a device
         * @description Changes the given fields. Issued certificates keep the attributes that the device had at issuance. Grid and local device identifier cannot be changed once certificates were issued for the device.
         *
         *     Permission: `produce`.
         */
        patch: operations["updateDevice"];
        trace?: never;
    };
    "/device/delete/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a device
         * @description Deletes a device: no more certificates are issued for it. Its certificates and history are kept. If certificates were issued for it, its local device identifier cannot be used again.
         *
         *     Permission: `produce`.
         */
        delete: operations["deleteDevice"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/{id}/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the devices of an account
         * @description Returns the devices of an account, ordered by id.
         *
         *     Permission: `read`.
         */
        get: operations["readAccountDevices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/{id}/certificates/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the devices whose certificates an account holds
         * @description Returns the devices, including deleted ones, for which the certificates held by the account were issued. The devices may belong to other accounts; `account_id` is `null` if the caller has no access to that account.
         *
         *     Permission: `read`.
         */
        get: operations["readAccountCertificateDevices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/measurement/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submit a meter reading
         * @description Stores the reading of a meter: whole Wh of one of the caller’s devices over a past interval of at most one hour. Readings of a device with the same indicator must not overlap. A reading alone does not issue certificates.
         *
         *     Permission: `produce`.
         */
        post: operations["createMeasurement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/measurement/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List meter readings
         * @description Returns the readings of the devices of the caller's accounts, all readings for an administrator, or those of storage devices for a storage validator. `device_id` restricts the list to one device.
         *
         *     Permission: `read`.
         */
        get: operations["listMeasurements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/measurement/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a meter reading
         * @description Returns the reading of one device and interval.
         *
         *     Permission: `read`.
         */
        get: operations["readMeasurement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/measurement/update/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update a meter reading
         * @description Changes the given fields. Issued certificates are not changed.
         *
         *     Permission: `produce`.
         */
        patch: operations["updateMeasurement"];
        trace?: never;
    };
    "/measurement/delete/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a meter reading
         * @description Deletes a reading. Another reading can then be submitted for its interval. Issued certificates are not changed.
         *
         *     Permission: `produce`.
         */
        delete: operations["deleteMeasurement"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/create_metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create issuance metadata
         * @description Creates metadata that an issuing body states on its certificates. Issuances refer to it by id. It cannot be changed later.
         *
         *     Permission: `administer`.
         */
        post: operations["createIssuanceMetadata"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue certificates for one interval of a device
         * @description Issues a bundle to the account of the device. The registry sets ids, hash, issuance id, status and expiry, and ignores them in the body. Certificates are issued once for an interval; a second request receives 409 with the id of the existing issuance.
         *
         *     Permission: `issue`.
         */
        post: operations["createCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Query the bundles of an account
         * @description Returns the bundles of an account that match all of the filters. Pass `next_cursor` as `cursor` to get the next page. With `Accept: text/csv` or `application/x-ndjson`, the response is a stream of all matches.
         *
         *     Permission: `read`.
         */
        post: operations["queryCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/query_full": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Query the bundles of an account, with device and metadata
         * @description Works like `/certificate/query`, but returns an array of bundles with their device and metadata. The cursor of the next page is in the `registry-next-cursor` header.
         *
         *     Permission: `read`.
         */
        post: operations["queryFullCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the conservation of energy
         * @description Checks conservation and its preconditions over the whole registry, and returns the first violation.
         *
         *     Permission: `administer`.
         */
        get: operations["checkCertificates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a bundle
         * @description Returns a bundle with its device and metadata. The caller must be a user of the account that holds it.
         *
         *     Permission: `read`.
         */
        get: operations["readCertificate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/{id}/lineage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the lineage of a bundle
         * @description Returns the bundle and its ancestors up to the issuance, with all of their events in order. Their hashes are recomputed and verified. Events in accounts of other users are shown without users, requests and beneficiaries (`null`), and such an account is named "another account". Other parts of a split are not shown.
         *
         *     Permission: `read`.
         */
        get: operations["readCertificateLineage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/account/{id}/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the live bundles of an account
         * @description Returns the same as `/certificate/query` without filters.
         *
         *     Permission: `read`.
         */
        get: operations["readAccountCertificates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Transfer bundles to another account
         * @description Transfers bundles to an account whose whitelist contains the source account. Either all bundles are transferred or none. Refused transfers are recorded in the action log.
         *
         *     Permission: `act`.
         */
        post: operations["transferCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel bundles for a beneficiary
         * @description Takes certificates out of trade, so that their beneficiary can claim them. The default beneficiary is the account.
         *
         *     Permission: `act`.
         */
        post: operations["cancelCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim cancelled bundles
         * @description Records that the beneficiary of the certificates used the energy. A claim cannot be reversed. If the request has a beneficiary, it must be the beneficiary of every bundle.
         *
         *     Permission: `act`.
         */
        post: operations["claimCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/reserve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reserve bundles
         * @description Reserves Active bundles. A Reserved bundle can be cancelled, but cannot be transferred until it is unreserved.
         *
         *     Permission: `act`.
         */
        post: operations["reserveCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/unreserve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unreserve bundles
         * @description Makes Reserved bundles Active again.
         *
         *     Permission: `act`.
         */
        post: operations["unreserveCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/lock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lock bundles
         * @description Locks bundles while an issue is investigated. A Locked bundle cannot be used. Only whole bundles that are Active or Reserved can be locked. A reason is required.
         *
         *     Permission: `issue`.
         */
        post: operations["lockCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unlock bundles
         * @description Restores the status that the bundles had before they were locked. A reason is required.
         *
         *     Permission: `issue`.
         */
        post: operations["unlockCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw bundles
         * @description Withdraws certificates that should not have been issued. A withdrawal cannot be reversed. Only whole bundles can be withdrawn, and a reason is required. After all live bundles of an issuance are withdrawn, certificates can be issued for its interval again, as a new version with new ids.
         *
         *     Permission: `issue`.
         */
        post: operations["withdrawCertificates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List actions
         * @description Returns the action log, including refused actions, of one account, of all accounts of the caller or, for administrators, of all accounts. A transfer from an account of other users is shown without its user and its original bundles.
         *
         *     Permission: `read`.
         */
        get: operations["listActions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/recurring_transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a recurring transfer
         * @description Creates a transfer that is repeated on a schedule. The whitelist of the target account must contain the source account, now and at each run. Each run is a separate action on the Active bundles that match the filter, and is executed with the permissions that the user has at that time. A refused run is recorded, and the schedule continues. Requires a login: API keys cannot create recurring actions, because these would continue after the key is revoked.
         *
         *     Permission: `act`.
         */
        post: operations["createRecurringTransfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/recurring_cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a recurring cancellation
         * @description Creates a cancellation that is repeated on a schedule. The default beneficiary is the name that the account has at each run. Each run is a separate action on the Active bundles that match the filter, and is executed with the permissions that the user has at that time. A refused run is recorded, and the schedule continues. Requires a login: API keys cannot create recurring actions, because these would continue after the key is revoked.
         *
         *     Permission: `act`.
         */
        post: operations["createRecurringCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/recurring": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List recurring actions
         * @description Returns the recurring actions of one account, of all accounts of the caller or, for administrators, of all accounts, including those that have ended. Their runs are in the action log.
         *
         *     Permission: `read`.
         */
        get: operations["listRecurringActions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/certificate/recurring/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Stop a recurring action
         * @description Stops a recurring action: it does not run again. Past runs are kept. Any trading user of the account can stop it.
         *
         *     Permission: `act`.
         */
        delete: operations["deleteRecurringAction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List or stream events
         * @description Returns the events after a position: all events for an administrator, otherwise the history of the bundles that the caller’s accounts hold now and, except for API keys, of the caller’s own user. For events that happened while another account held the bundle, the id of that account, user, action, request and beneficiary are `null`, so only an administrator can recompute their hash. The history of a bundle is visible to its current holder only; earlier holders find their own actions in the action log. A page examines at most 10 000 positions, so it may have fewer events than `limit`, or none; `registry-next-after` is the `after` of the next page. With `Accept: text/event-stream` the events are sent as they are recorded, and `Last-Event-ID` resumes a stream. The stream ends when the session, the access token or the API key ends.
         *
         *     Permission: `read`.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Verify the journal
         * @description Recomputes the hash chain, checks that positions have no gaps, compares every event with EventStoreDB if it is configured, for which it waits up to 10 s for the latest events to arrive, and verifies all anchors if their keys are configured. Returns the first difference.
         *
         *     Permission: `administer`.
         */
        get: operations["verifyEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/journal/head": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the head of the journal
         * @description Returns the position and hash of the last event, and the last anchor: a head that the registry has signed. Keep anchors outside the registry: with one of them, `npm run journal:verify -- --since` proves that no event up to its position has changed.
         *
         *     Permission: `read`.
         */
        get: operations["journalHead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Liveness: {
            /** @constant */
            status: "ok";
        };
        Readiness: {
            /**
             * @description `degraded`: fully functional with reduced redundancy
             * @enum {string}
             */
            status: "ready" | "degraded";
            /** @enum {string} */
            primary: "up" | "down";
            standbys: {
                /**
                 * @description Name, numbered by position in DATABASE_READ_URLS
                 * @example standby 1
                 */
                name: string;
                /** @enum {string} */
                state: "streaming" | "late" | "unreachable";
                lag_bytes: number | null;
                lag_seconds: number | null;
            }[];
            load: {
                /** @description Overloaded resource that causes new requests to be rejected with 503; null if none */
                shedding: ("event loop" | "connections") | null;
            };
            /** @description Whether a peer that is not in TRUSTED_PROXIES has sent `X-Forwarded-For` to this process. If it is your proxy, its clients share one address */
            ignores_forwarded_for: boolean;
            /** @description null if this process does not run it */
            journal: {
                /** @description Whether this process is the leader that orders the journal */
                leads: boolean;
                /**
                 * @description `diverged`: the stream is not the copy of the journal. `truncated`: its metadata hides events from readers
                 * @enum {string}
                 */
                event_store: "absent" | "unknown" | "up" | "down" | "diverged" | "truncated";
                /** @description Entries without a position, at most 10 000 */
                unordered: number | null;
                /** @description Number of events missing in EventStoreDB; may be seconds old unless this process leads */
                unrelayed: number | null;
                problem: string | null;
                /** @description What others than the registry could do to the stream in EventStoreDB */
                warnings: string[];
            } | null;
            /** @description null if the heads of the journal are not signed */
            anchors: {
                /** @description Time of the last anchor; null unless this process leads */
                signed_at: string | null;
                stores: {
                    /** @enum {string} */
                    name: "eventstore" | "directory" | "bucket";
                    /**
                     * @description `diverged`: it does not have the anchors of this registry. `unknown` unless this process leads
                     * @enum {string}
                     */
                    state: "unknown" | "up" | "down" | "diverged";
                    /** @description Number of anchors that it lacks */
                    unwritten: number | null;
                    problem: string | null;
                    warnings: string[];
                }[];
                /** @description Why no anchor is signed */
                problem: string | null;
            } | null;
            /** @description null if this process does not run it */
            scheduler: {
                /** @description Whether this process is the leader of the scheduler */
                leads: boolean;
                /** @description Time at which this process last completed all due work */
                last_tick_at: string | null;
                problem: string | null;
            } | null;
        };
        LogLevelChange: {
            /**
             * @description trace, debug, info, warn, error, fatal, silent; also `WARNING` and `CRITICAL`, case-insensitive
             * @example debug
             */
            level: string;
        };
        LogLevel: {
            message: string;
            old_level: string;
            /** @enum {string} */
            new_level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
        };
        CsrfToken: {
            csrf_token: string;
        };
        Tokens: {
            access_token: string;
            /** @constant */
            token_type: "bearer";
            /**
             * @description Id, a positive integer
             * @example 1
             */
            user_id: number;
            /** @description Lifetime of the access token in seconds */
            expires_in: number;
            /** @description Single-use token for `POST /auth/refresh` */
            refresh_token: string;
            /** @description Seconds until the session ends and the user has to log in again */
            refresh_expires_in: number;
        };
        PasswordChange: {
            /**
             * Format: password
             * @example correct horse battery
             */
            current_password: string;
            /**
             * Format: password
             * @example correct horse battery
             */
            new_password: string;
        };
        ApiKeyCreate: {
            /**
             * @description Purpose of the key
             * @example Meter readings
             */
            name: string;
            /** @description Permissions of the key; it never has more than its user */
            permissions: ("read" | "act" | "produce" | "storage" | "issue" | "administer")[];
            /** @description Restricts the key to these accounts; by default it has access to all accounts of its user */
            account_ids?: number[] | null;
            expires_at?: string | null;
        };
        NewApiKey: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            user_id: number;
            name: string;
            /** @description The first characters of the key */
            hint: string;
            permissions: ("read" | "act" | "produce" | "storage" | "issue" | "administer")[];
            account_ids: number[] | null;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
            expires_at: string | null;
            /** @description Accurate to one minute */
            last_used_at: string | null;
            /** @description The key. It is returned only once: the response to a repeated request does not contain it. */
            api_key?: string;
        };
        ApiKey: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            user_id: number;
            name: string;
            /** @description The first characters of the key */
            hint: string;
            permissions: ("read" | "act" | "produce" | "storage" | "issue" | "administer")[];
            account_ids: number[] | null;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
            expires_at: string | null;
            /** @description Accurate to one minute */
            last_used_at: string | null;
        };
        PreviousApiKeyCreate: {
            /**
             * @description Purpose of the key
             * @example Meter readings
             */
            name: string;
            expires_days?: number | null;
        };
        NewPreviousApiKey: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            name: string;
            expires: string | null;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
            /** @description false for a key that was revoked or has expired */
            is_active: boolean;
            /** @description The key. The response to a repeated request does not contain it. */
            key?: string;
        };
        PreviousApiKey: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            name: string;
            expires: string | null;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
            /** @description false for a key that was revoked or has expired */
            is_active: boolean;
        };
        UserCreate: {
            /** @example Tara Trader */
            name: string;
            /**
             * Format: email
             * @example trading_user@usermail.com
             */
            email: string;
            /** @description A role, by name or by number */
            role: ("ADMIN" | "PRODUCTION_USER" | "TRADING_USER" | "AUDIT_USER" | "STORAGE_VALIDATOR") | (4 | 3 | 2 | 1 | 0);
            /** @example Example Energy */
            organisation?: string | null;
            /**
             * Format: password
             * @example correct horse battery
             */
            password: string;
            /** @description Rejected: send `password` instead: the registry computes the hash */
            hashed_password?: unknown;
        };
        User: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            name: string;
            email: string;
            /** @enum {string} */
            role: "ADMIN" | "PRODUCTION_USER" | "TRADING_USER" | "AUDIT_USER" | "STORAGE_VALIDATOR";
            organisation: string | null;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        UserWithAccounts: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            name: string;
            email: string;
            /** @enum {string} */
            role: "ADMIN" | "PRODUCTION_USER" | "TRADING_USER" | "AUDIT_USER" | "STORAGE_VALIDATOR";
            organisation: string | null;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
            accounts: components["schemas"]["AccountOfUser"][];
        };
        AccountOfUser: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            account_name: string;
            user_ids: number[];
        };
        PersonalDataExport: {
            /** @description The user, and when the secret for logging in was last changed; on every page */
            user: {
                [key: string]: unknown;
            };
            /** @description Each personal value with its salt and commitment: `v1:` and SHA-256 over the salt and the value */
            personal_values: {
                [key: string]: unknown;
            }[];
            /** @description Logins that have not ended */
            sessions: {
                [key: string]: unknown;
            }[];
            /** @description API keys, including those that were revoked, without secrets */
            api_keys: {
                [key: string]: unknown;
            }[];
            /** @description Accounts that the caller uses or used (`deleted_at`) */
            accounts: {
                [key: string]: unknown;
            }[];
            /** @description Recurring actions that the caller created */
            recurring_actions: {
                [key: string]: unknown;
            }[];
            /** @description The e-mail that the caller asked for, until it is changed */
            email_change_requests: {
                [key: string]: unknown;
            }[];
            /** @description Counters of login attempts by network */
            login_attempts: {
                [key: string]: unknown;
            }[];
            /** @description Answers that are kept for repeated requests with an `Idempotency-Key` */
            requests: {
                [key: string]: unknown;
            }[];
            /** @description The caller’s actions on certificates, including refused ones */
            actions: {
                [key: string]: unknown;
            }[];
            /** @description Entries of the journal about the caller, and those that the caller caused other than by an action */
            events: {
                [key: string]: unknown;
            }[];
        };
        /** @description The fields to change. The empty text removes an optional value; `null` leaves it as it is. */
        UserUpdate: {
            name?: string | null;
            /** @description The current e-mail, as older clients send it back */
            email?: string | null;
            organisation?: ("" | string) | null;
            /** @description Rejected: use POST /user/change_role/{id} to change a role */
            role?: unknown;
            /** @description Rejected: use POST /auth/change_password to change a password */
            password?: unknown;
            /** @description Rejected: use POST /auth/change_password to change a password */
            hashed_password?: unknown;
        };
        RoleChange: {
            role?: (("ADMIN" | "PRODUCTION_USER" | "TRADING_USER" | "AUDIT_USER" | "STORAGE_VALIDATOR") | (4 | 3 | 2 | 1 | 0)) | null;
        };
        EmailChange: {
            /**
             * Format: email
             * @example trading_user@usermail.com
             */
            email: string;
            /**
             * Format: password
             * @description The password of the caller
             * @example correct horse battery
             */
            current_password: string;
        };
        EmailChangeRequest: {
            /**
             * @description Id of the user
             * @example 1
             */
            id: number;
            /** @description The current e-mail */
            email: string;
            requested_email: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            requested_at: string;
        };
        PasswordReset: {
            /**
             * Format: password
             * @example correct horse battery
             */
            password: string;
        };
        Erasure: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /**
             * @description The pseudonym in place of the name
             * @example Erased user 7
             */
            name: string;
            /**
             * @description The pseudonym in place of the e-mail
             * @example erased-user-7@erased.invalid
             */
            email: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            erased_at: string;
            /**
             * @description Events of this user that were recorded before the journal had commitments. They contain values in clear and cannot be changed
             * @example 0
             */
            events_with_values: number;
        };
        OrganisationCreate: {
            /** @example Example Energy */
            name: string;
            business_id?: string | null;
            email?: string | null;
            website?: string | null;
            address?: string | null;
        };
        Organisation: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            name: string;
            business_id: string | null;
            email: string | null;
            website: string | null;
            address: string | null;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        /** @description The fields to change. The empty text removes an optional value; `null` leaves it as it is. */
        OrganisationUpdate: {
            name?: string | null;
            business_id?: ("" | string) | null;
            email?: ("" | string) | null;
            website?: ("" | string) | null;
            address?: ("" | string) | null;
        };
        AccountCreate: {
            /**
             * @description Kept permanently and never erased: name organisations, not persons
             * @example Example Account
             */
            account_name: string;
            /** @description Users of the account, in addition to its creator */
            user_ids?: number[];
            /** @description Accounts from which it accepts transfers */
            account_whitelist?: number[] | null;
            timezone?: string | null;
            discoverable?: boolean | null;
        };
        Account: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            account_name: string;
            user_ids: number[];
            account_whitelist: number[];
            timezone: string;
            /** @description Whether every user finds the account and its name in the directory */
            discoverable: boolean;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        AccountReference: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /** @description `null` unless the account is in the directory, belongs to the caller, whitelists an account of the caller, or took part in a transfer with one */
            account_name: string | null;
        };
        AccountUpdate: {
            /** @description Kept permanently and never erased: name organisations, not persons */
            account_name?: string | null;
            user_ids?: number[] | null;
            timezone?: string | null;
            discoverable?: boolean | null;
        };
        /** @description The accounts to add to the whitelist and to remove from it. */
        WhitelistUpdate: {
            add_to_whitelist?: number[] | null;
            remove_from_whitelist?: number[] | null;
        };
        AccountSummary: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            account_name: string;
            num_devices: number;
            num_devices_by_type: {
                [key: string]: number;
            };
            /** @description MW */
            device_capacity_by_type: {
                [key: string]: number;
            };
            num_granular_certificate_bundles: number;
            num_cancelled_granular_certificate_bundles: number;
            /** @description Wh in live bundles */
            total_certificate_energy: number;
            /** @description Wh */
            energy_by_fuel_type: {
                [key: string]: number;
            };
            /** @description Wh */
            energy_by_status: {
                [key: string]: number;
            };
        };
        DeviceCreate: {
            /** @example Aberdeen Offshore Wind Farm */
            device_name: string;
            /**
             * @description Unique within its grid, regardless of case and of characters that look alike. Certificates are issued only for devices with an identifier
             * @example T_ABRBO-1
             */
            local_device_identifier?: string | null;
            /** @example National Grid */
            grid: string;
            /** @enum {string} */
            energy_source: "solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other";
            /** @enum {string} */
            technology_type: "solar_pv" | "wind_turbine" | "hydro" | "battery_storage" | "other_storage" | "chp" | "other";
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            operational_date: string;
            /**
             * @description Power in MW
             * @example 50
             */
            power_mw: number;
            /** @description Energy capacity of a storage device, in MWh */
            energy_mwh?: number | null;
            /**
             * @description Peak demand in MW
             * @example 0
             */
            peak_demand: number;
            /**
             * @description Latitude and longitude
             * @example 57.2278, -1.9797
             */
            location: string;
            is_storage: boolean;
            /**
             * @description Length of its certificate intervals, in minutes
             * @default 60
             * @enum {number}
             */
            granularity_minutes?: 5 | 10 | 15 | 30 | 60;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            account_id: number;
        };
        Device: {
            device_name: string;
            local_device_identifier: string | null;
            grid: string;
            /** @enum {string} */
            energy_source: "solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other";
            /** @enum {string} */
            technology_type: "solar_pv" | "wind_turbine" | "hydro" | "battery_storage" | "other_storage" | "chp" | "other";
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            operational_date: string;
            power_mw: number;
            energy_mwh: number | null;
            peak_demand: number;
            location: string;
            is_storage: boolean;
            granularity_minutes: number;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            account_id: number;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        /** @description The fields to change. The empty text removes an optional value; `null` leaves it as it is. */
        DeviceUpdate: {
            device_name?: string | null;
            local_device_identifier?: ("" | string) | null;
            grid?: string | null;
            energy_source?: ("solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other") | null;
            technology_type?: ("solar_pv" | "wind_turbine" | "hydro" | "battery_storage" | "other_storage" | "chp" | "other") | null;
            operational_date?: string | null;
            power_mw?: number | null;
            energy_mwh?: ("" | number) | null;
            peak_demand?: number | null;
            location?: string | null;
            is_storage?: boolean | null;
            granularity_minutes?: (5 | 10 | 15 | 30 | 60) | null;
            account_id?: number | null;
        };
        CertificateDevice: {
            device_name: string;
            local_device_identifier: string | null;
            grid: string;
            /** @enum {string} */
            energy_source: "solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other";
            /** @enum {string} */
            technology_type: "solar_pv" | "wind_turbine" | "hydro" | "battery_storage" | "other_storage" | "chp" | "other";
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            operational_date: string;
            power_mw: number;
            energy_mwh: number | null;
            peak_demand: number;
            location: string;
            is_storage: boolean;
            granularity_minutes: number;
            /** @description `null` if the caller has no access to the account */
            account_id: number | null;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        MeasurementCreate: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            device_id: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            interval_start_datetime: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            interval_end_datetime: string;
            /**
             * @description Net energy over the interval in whole Wh; negative if the device consumed more than it produced
             * @example 1000000
             */
            interval_usage: number;
            /**
             * @default NET
             * @enum {string}
             */
            gross_net_indicator?: "NET" | "GROSS";
        };
        Measurement: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            device_id: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            interval_start_datetime: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            interval_end_datetime: string;
            /**
             * @description Net energy over the interval in whole Wh; negative if the device consumed more than it produced
             * @example 1000000
             */
            interval_usage: number;
            /** @enum {string} */
            gross_net_indicator: "NET" | "GROSS";
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        /** @description The fields to change */
        MeasurementUpdate: {
            device_id?: number | null;
            interval_start_datetime?: string | null;
            interval_end_datetime?: string | null;
            interval_usage?: number | null;
            gross_net_indicator?: ("NET" | "GROSS") | null;
        };
        MetadataCreate: {
            /** @example GB */
            country_of_issuance: string;
            /** @example NESO */
            connected_grid_identification: string;
            /** @example Ofgem */
            issuing_body: string;
            legal_status?: string | null;
            issuance_purpose?: string | null;
            support_received?: string | null;
            quality_scheme_reference?: string | null;
            dissemination_level?: string | null;
            /** @example GB */
            issue_market_zone: string;
        };
        Metadata: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            country_of_issuance: string;
            connected_grid_identification: string;
            issuing_body: string;
            legal_status: string | null;
            issuance_purpose: string | null;
            support_received: string | null;
            quality_scheme_reference: string | null;
            dissemination_level: string | null;
            issue_market_zone: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        CertificateCreate: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            device_id: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            production_starting_interval: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            production_ending_interval: string;
            /**
             * @description Wh
             * @example 12500000
             */
            bundle_quantity: number;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            metadata_id: number;
            energy_carrier?: ("electricity" | "natural_gas" | "hydrogen" | "heat" | "other") | null;
            /** @description Defaults to that of the device */
            energy_source?: ("solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other") | null;
            emissions_factor_production_device?: number | null;
            emissions_factor_source?: string | null;
            issuance_post_energy_carrier_conversion?: boolean | null;
        };
        Bundle: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /** @example 12-2025-01-12T14:00:00Z */
            issuance_id: string;
            /**
             * @description sha256, in lowercase hex
             * @example 9f86d081884c7d659f86d081884c7d659f86d081884c7d659f86d081884c7d65
             */
            hash: string;
            /** @enum {string} */
            certificate_bundle_status: "Active" | "Reserved" | "Locked" | "Cancelled" | "Cancelled for Storage" | "Claimed" | "Expired" | "Exported" | "Withdrawn" | "Bundle Split";
            /**
             * @description Id, a positive integer
             * @example 1
             */
            account_id: number;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            metadata_id: number;
            certificate_bundle_id_range_start: number;
            /** @description Inclusive */
            certificate_bundle_id_range_end: number;
            /**
             * @description Wh
             * @example 1000000
             */
            bundle_quantity: number;
            beneficiary: string | null;
            /** @enum {string} */
            energy_carrier: "electricity" | "natural_gas" | "hydrogen" | "heat" | "other";
            /** @enum {string} */
            energy_source: "solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other";
            /** @description Wh per certificate: 1 */
            face_value: number;
            issuance_post_energy_carrier_conversion: boolean;
            emissions_factor_production_device: number | null;
            emissions_factor_source: string | null;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            device_id: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            production_starting_interval: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            production_ending_interval: string;
            /**
             * Format: date-time
             * @description Time of the issuance, by the clock of the registry
             * @example 2025-01-12T14:00:00Z
             */
            issuance_datestamp: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            expiry_datestamp: string;
            registry_configuration: number;
            is_storage: boolean;
            allocated_storage_record_id: number | null;
            storage_efficiency_factor: number | null;
            /** @description The bundle of which this one is a part */
            parent_id: number | null;
            /**
             * Format: date-time
             * @description Time at which the row was written, by the clock of the database
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        CertificateQuery: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            issuance_ids?: string[] | null;
            /** @description Pairs of device id and interval start */
            sparse_filter_list?: (number | string)[][] | null;
            device_id?: number | null;
            energy_source?: ("solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other") | null;
            /** @description Intervals that start at this instant or later */
            certificate_period_start?: string | null;
            /** @description Intervals that end at this instant or earlier. Requires `certificate_period_start` */
            certificate_period_end?: string | null;
            /** @description Defaults to all statuses except "Bundle Split" */
            certificate_bundle_status?: ("Active" | "Reserved" | "Locked" | "Cancelled" | "Cancelled for Storage" | "Claimed" | "Expired" | "Exported" | "Withdrawn" | "Bundle Split") | null;
            /** @description Only with exactly one issuance id: bundles whose range ends at this certificate id or later */
            certificate_bundle_id_range_start?: number | null;
            /** @description Only with exactly one issuance id: bundles whose range starts at this certificate id or earlier */
            certificate_bundle_id_range_end?: number | null;
            /**
             * @description Render datetimes in the time zone of the account
             * @default false
             */
            localise_time?: boolean;
            /** @default 1000 */
            limit?: number;
            /** @description Cursor from `next_cursor` of the previous page */
            cursor?: string | null;
        };
        /** @description The filter of the query and the matching bundles. */
        CertificateQueryAnswer: {
            granular_certificate_bundles: components["schemas"]["Bundle"][];
            /** @description Wh of all matches, not of the page, at the time of the first page */
            total_certificate_volume: number;
            next_cursor: string | null;
        } & {
            [key: string]: unknown;
        };
        FullBundle: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /** @example 12-2025-01-12T14:00:00Z */
            issuance_id: string;
            /**
             * @description sha256, in lowercase hex
             * @example 9f86d081884c7d659f86d081884c7d659f86d081884c7d659f86d081884c7d65
             */
            hash: string;
            /** @enum {string} */
            certificate_bundle_status: "Active" | "Reserved" | "Locked" | "Cancelled" | "Cancelled for Storage" | "Claimed" | "Expired" | "Exported" | "Withdrawn" | "Bundle Split";
            /**
             * @description Id, a positive integer
             * @example 1
             */
            account_id: number;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            metadata_id: number;
            certificate_bundle_id_range_start: number;
            /** @description Inclusive */
            certificate_bundle_id_range_end: number;
            /**
             * @description Wh
             * @example 1000000
             */
            bundle_quantity: number;
            beneficiary: string | null;
            /** @enum {string} */
            energy_carrier: "electricity" | "natural_gas" | "hydrogen" | "heat" | "other";
            /** @enum {string} */
            energy_source: "solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other";
            /** @description Wh per certificate: 1 */
            face_value: number;
            issuance_post_energy_carrier_conversion: boolean;
            emissions_factor_production_device: number | null;
            emissions_factor_source: string | null;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            device_id: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            production_starting_interval: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            production_ending_interval: string;
            /**
             * Format: date-time
             * @description Time of the issuance, by the clock of the registry
             * @example 2025-01-12T14:00:00Z
             */
            issuance_datestamp: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            expiry_datestamp: string;
            registry_configuration: number;
            is_storage: boolean;
            allocated_storage_record_id: number | null;
            storage_efficiency_factor: number | null;
            /** @description The bundle of which this one is a part */
            parent_id: number | null;
            /**
             * Format: date-time
             * @description Time at which the row was written, by the clock of the database
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
            device_name: string;
            device_technology_type: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            device_production_start_date: string;
            device_power_mw: number;
            device_energy_mwh: number | null;
            device_location: string;
            country_of_issuance: string;
            connected_grid_identification: string;
            issuing_body: string;
            legal_status: string | null;
            issuance_purpose: string | null;
            support_received: string | null;
            quality_scheme_reference: string | null;
            dissemination_level: string | null;
            issue_market_zone: string;
        };
        ConservationCheck: {
            conserved: boolean;
            /** @description The invariants that hold */
            checked: string[];
            violation: {
                invariant: string;
                violation: string;
            } | null;
        };
        TimelineLineage: {
            /** @constant */
            format: "timeline";
            bundle: components["schemas"]["Bundle"];
            /** @description Ids from the first bundle of the issuance down to this one */
            lineage_path: number[];
            issuance: components["schemas"]["LineageIssuance"];
            hash_chain: components["schemas"]["HashChain"];
            timeline: components["schemas"]["TimelineEvent"][];
            summary: {
                event_count: number;
                transfers: number;
                status_changes: number;
                splits: number;
                deleted: number;
            };
        };
        LineageIssuance: {
            issuance_id: string;
            /** @description Incremented when a withdrawn interval is issued again */
            issue_version: number;
            certificate_bundle_id_range_start: number;
            certificate_bundle_id_range_end: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            issuance_datestamp: string;
            withdrawal_datestamp: string | null;
            /** @description The withdrawn version that this one replaces */
            previous_issuance: components["schemas"]["IssuanceVersion"] | null;
            /** @description The version that replaces this one */
            next_issuance: components["schemas"]["IssuanceVersion"] | null;
        };
        IssuanceVersion: {
            issuance_id: string;
            /** @description Incremented when a withdrawn interval is issued again */
            issue_version: number;
            certificate_bundle_id_range_start: number;
            certificate_bundle_id_range_end: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            issuance_datestamp: string;
            withdrawal_datestamp: string | null;
        };
        /** @description Each hash is sha256 over `facts`, with the range and the quantity of the link, as RFC 8785 JSON, followed by the hash of the previous link. */
        HashChain: {
            /** @description Whether every bundle of the lineage is verified */
            verified: boolean;
            facts: components["schemas"]["SharedFacts"];
            /** @description From the first bundle of the issuance down to this one */
            links: components["schemas"]["HashLink"][];
        };
        /** @description The facts common to all bundles of the issuance, under the names that the hash covers. */
        SharedFacts: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            device_id: number;
            /** @enum {string} */
            energy_carrier: "electricity" | "natural_gas" | "hydrogen" | "heat" | "other";
            /** @enum {string} */
            energy_source: "solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other";
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            expiry_datestamp: string;
            face_value: number;
            issuance_id: string;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            metadata_id: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            production_ending_interval: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            production_starting_interval: string;
        };
        HashLink: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            parent_id: number | null;
            account: components["schemas"]["AccountNamed"];
            certificate_bundle_id_range_start: number;
            certificate_bundle_id_range_end: number;
            /**
             * @description Wh
             * @example 1000000
             */
            bundle_quantity: number;
            /** @description sha256, in lowercase hex */
            hash: string;
            /** @description sha256, in lowercase hex */
            recomputed_hash: string;
            verified: boolean;
            /** @description The first problem; null if none */
            problem: string | null;
        };
        AccountNamed: {
            /** @description null for an account of other users */
            id: number | null;
            /** @description "another account" for an account of other users */
            account_name: string;
        };
        TimelineEvent: {
            /** Format: uuid */
            id: string;
            /** @description Position in the order of all events; null until it is assigned */
            position: number | null;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            timestamp: string;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            entity_id: number;
            parent_entity_id: number | null;
            diffs: components["schemas"]["Diff"][];
            /** @description The user; null for the registry itself; null for an event in an account of other users */
            actor_id: number | null;
            /** @description null for an event in an account of other users */
            action_id: number | null;
            /** @description null for an event in an account of other users */
            request_id: string | null;
            /** @enum {string} */
            kind: "created" | "split_child_created" | "transfer" | "status_change" | "update" | "deleted";
            label: string;
            details: {
                from_account?: components["schemas"]["AccountNamed"];
                to_account?: components["schemas"]["AccountNamed"];
                /** @enum {string} */
                from_status?: "Active" | "Reserved" | "Locked" | "Cancelled" | "Cancelled for Storage" | "Claimed" | "Expired" | "Exported" | "Withdrawn" | "Bundle Split";
                /** @enum {string} */
                to_status?: "Active" | "Reserved" | "Locked" | "Cancelled" | "Cancelled for Storage" | "Claimed" | "Expired" | "Exported" | "Withdrawn" | "Bundle Split";
                beneficiary?: string | null;
            };
            raw_before: {
                [key: string]: unknown;
            } | null;
            raw_after: {
                [key: string]: unknown;
            } | null;
        };
        Diff: {
            field: string;
            before: unknown;
            after: unknown;
        };
        RawLineage: {
            /** @constant */
            format: "raw";
            /**
             * @description Id, a positive integer
             * @example 1
             */
            bundle_id: number;
            /** @constant */
            entity_name: "bundle";
            issuance_id: string;
            /** @description Ids from the first bundle of the issuance down to this one */
            lineage_path: number[];
            issuance: components["schemas"]["LineageIssuance"];
            hash_chain: components["schemas"]["HashChain"];
            timeline: components["schemas"]["RawEvent"][];
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            last_updated_at: string;
            current_state: components["schemas"]["Bundle"];
        };
        RawEvent: {
            /** Format: uuid */
            event_id: string;
            /** @enum {string} */
            event_type: "CREATE" | "UPDATE" | "DELETE";
            /** @description Position in the order of all events; null until it is assigned */
            position: number | null;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            timestamp: string;
            /**
             * @description Id, a positive integer
             * @example 1
             */
            entity_id: number;
            parent_entity_id: number | null;
            diffs: components["schemas"]["Diff"][];
            /** @description The user; null for the registry itself; null for an event in an account of other users */
            actor_id: number | null;
            /** @description null for an event in an account of other users */
            action_id: number | null;
            /** @description null for an event in an account of other users */
            request_id: string | null;
            attributes_before: {
                [key: string]: unknown;
            } | null;
            attributes_after: {
                [key: string]: unknown;
            } | null;
        };
        TransferRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            /** @description Ids of bundles, as a query returns them */
            granular_certificate_bundle_ids: number[];
            localise_time?: boolean | null;
            /** @description Total Wh: bundles are taken in the order given, and the last one is split */
            certificate_quantity?: number | null;
            /**
             * @description Part of each bundle, greater than 0 and at most 1
             * @example 0.5
             */
            certificate_bundle_percentage?: number | null;
            action_type?: "transfer" | null;
            /**
             * @description The account to transfer to
             * @example 1
             */
            target_id: number;
        };
        Action: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /** @enum {string} */
            action_type: "transfer" | "recurring_transfer" | "cancel" | "recurring_cancel" | "claim" | "recurring_claim" | "withdraw" | "lock" | "unlock" | "reserve" | "unreserve" | "export" | "cancel_for_storage" | "expire";
            /** @enum {string} */
            action_result: "Success" | "Failure" | "Dry run";
            /**
             * @description Id, a positive integer
             * @example 1
             */
            source_id: number;
            target_id: number | null;
            /** @description null for the registry itself (expiry), and for a transfer from an account of other users */
            user_id: number | null;
            beneficiary: string | null;
            granular_certificate_bundle_ids: number[];
            /** @description The bundles affected by the action: those named, or the new parts of split bundles */
            resulting_bundle_ids: number[];
            /** @example 1000000 */
            certificate_quantity: number | null;
            /** @example 0.5 */
            certificate_bundle_percentage: number | null;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            action_request_datetime: string;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            action_completed_datetime: string;
            /** @description For a refusal, its code and reason */
            details: {
                [key: string]: unknown;
            };
        };
        CancelRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            /** @description Ids of bundles, as a query returns them */
            granular_certificate_bundle_ids: number[];
            localise_time?: boolean | null;
            /** @description Total Wh: bundles are taken in the order given, and the last one is split */
            certificate_quantity?: number | null;
            /**
             * @description Part of each bundle, greater than 0 and at most 1
             * @example 0.5
             */
            certificate_bundle_percentage?: number | null;
            action_type?: "cancel" | null;
            /** @description Who may claim the certificates. Defaults to the name of the account if missing or blank. A public fact. Kept permanently and never erased: name organisations, not persons */
            beneficiary?: string | null;
            /** @description Kept permanently and never erased: name organisations, not persons */
            cancellation_purpose?: string | null;
            cancellation_period_start?: string | null;
            cancellation_period_end?: string | null;
        };
        ClaimRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            /** @description Ids of bundles, as a query returns them */
            granular_certificate_bundle_ids: number[];
            localise_time?: boolean | null;
            /** @description Total Wh: bundles are taken in the order given, and the last one is split */
            certificate_quantity?: number | null;
            /**
             * @description Part of each bundle, greater than 0 and at most 1
             * @example 0.5
             */
            certificate_bundle_percentage?: number | null;
            action_type?: "claim" | null;
            /** @description If given, must be the beneficiary of every bundle */
            beneficiary?: string | null;
        };
        ReserveRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            /** @description Ids of bundles, as a query returns them */
            granular_certificate_bundle_ids: number[];
            localise_time?: boolean | null;
            /** @description Total Wh: bundles are taken in the order given, and the last one is split */
            certificate_quantity?: number | null;
            /**
             * @description Part of each bundle, greater than 0 and at most 1
             * @example 0.5
             */
            certificate_bundle_percentage?: number | null;
            action_type?: "reserve" | null;
        };
        UnreserveRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            /** @description Ids of bundles, as a query returns them */
            granular_certificate_bundle_ids: number[];
            localise_time?: boolean | null;
            /** @description Total Wh: bundles are taken in the order given, and the last one is split */
            certificate_quantity?: number | null;
            /**
             * @description Part of each bundle, greater than 0 and at most 1
             * @example 0.5
             */
            certificate_bundle_percentage?: number | null;
            action_type?: "unreserve" | null;
        };
        LockRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            /** @description Ids of bundles, as a query returns them */
            granular_certificate_bundle_ids: number[];
            localise_time?: boolean | null;
            /** @description Total Wh: bundles are taken in the order given, and the last one is split */
            certificate_quantity?: number | null;
            /**
             * @description Part of each bundle, greater than 0 and at most 1
             * @example 0.5
             */
            certificate_bundle_percentage?: number | null;
            action_type?: "lock" | null;
            /**
             * @description Reason for the action (required). Kept permanently and never erased: name organisations, not persons
             * @example Meter was misread
             */
            reason?: string | null;
        };
        UnlockRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            /** @description Ids of bundles, as a query returns them */
            granular_certificate_bundle_ids: number[];
            localise_time?: boolean | null;
            /** @description Total Wh: bundles are taken in the order given, and the last one is split */
            certificate_quantity?: number | null;
            /**
             * @description Part of each bundle, greater than 0 and at most 1
             * @example 0.5
             */
            certificate_bundle_percentage?: number | null;
            action_type?: "unlock" | null;
            /**
             * @description Reason for the action (required). Kept permanently and never erased: name organisations, not persons
             * @example Meter was misread
             */
            reason?: string | null;
        };
        WithdrawRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            /** @description Ids of bundles, as a query returns them */
            granular_certificate_bundle_ids: number[];
            localise_time?: boolean | null;
            /** @description Total Wh: bundles are taken in the order given, and the last one is split */
            certificate_quantity?: number | null;
            /**
             * @description Part of each bundle, greater than 0 and at most 1
             * @example 0.5
             */
            certificate_bundle_percentage?: number | null;
            action_type?: "withdraw" | null;
            /**
             * @description Reason for the action (required). Kept permanently and never erased: name organisations, not persons
             * @example Meter was misread
             */
            reason?: string | null;
        };
        RecurringTransferRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            issuance_ids?: string[] | null;
            /** @description Pairs of device id and interval start */
            sparse_filter_list?: (number | string)[][] | null;
            device_id?: number | null;
            energy_source?: ("solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other") | null;
            /** @description Intervals that start at this instant or later */
            certificate_period_start?: string | null;
            /** @description Intervals that end at this instant or earlier. Requires `certificate_period_start` */
            certificate_period_end?: string | null;
            certificate_bundle_status?: "Active" | null;
            /** @description Only with exactly one issuance id: bundles whose range ends at this certificate id or later */
            certificate_bundle_id_range_start?: number | null;
            /** @description Only with exactly one issuance id: bundles whose range starts at this certificate id or earlier */
            certificate_bundle_id_range_end?: number | null;
            /**
             * @description Render datetimes in the time zone of the account
             * @default false
             */
            localise_time?: boolean;
            /** @description Time of the first run, not in the past. Defaults to the current time */
            initial_action_datetime?: string | null;
            /** @enum {string} */
            recurring_action_period_units: "days" | "weeks" | "months" | "years";
            /**
             * @description Number of units between two runs
             * @example 1
             */
            recurring_action_period_quantity: number;
            /**
             * @description Number of runs, the first one included
             * @example 12
             */
            number_of_recurring_actions: number;
            action_type?: "recurring_transfer" | null;
            /**
             * @description Total Wh of each run: bundles are taken in the order of interval start and id, and the last one is split
             * @example 1000000
             */
            certificate_quantity: number;
            /**
             * @description The account to transfer to
             * @example 1
             */
            target_id: number;
        };
        RecurringCancelRequest: {
            /**
             * @description The account that holds the bundles
             * @example 1
             */
            source_id: number;
            /** @description If given, must be the id of the caller */
            user_id?: number | null;
            issuance_ids?: string[] | null;
            /** @description Pairs of device id and interval start */
            sparse_filter_list?: (number | string)[][] | null;
            device_id?: number | null;
            energy_source?: ("solar_pv" | "wind" | "hydro" | "biomass" | "nuclear" | "electrolysis" | "geothermal" | "battery_storage" | "chp" | "other") | null;
            /** @description Intervals that start at this instant or later */
            certificate_period_start?: string | null;
            /** @description Intervals that end at this instant or earlier. Requires `certificate_period_start` */
            certificate_period_end?: string | null;
            certificate_bundle_status?: "Active" | null;
            /** @description Only with exactly one issuance id: bundles whose range ends at this certificate id or later */
            certificate_bundle_id_range_start?: number | null;
            /** @description Only with exactly one issuance id: bundles whose range starts at this certificate id or earlier */
            certificate_bundle_id_range_end?: number | null;
            /**
             * @description Render datetimes in the time zone of the account
             * @default false
             */
            localise_time?: boolean;
            /** @description Time of the first run, not in the past. Defaults to the current time */
            initial_action_datetime?: string | null;
            /** @enum {string} */
            recurring_action_period_units: "days" | "weeks" | "months" | "years";
            /**
             * @description Number of units between two runs
             * @example 1
             */
            recurring_action_period_quantity: number;
            /**
             * @description Number of runs, the first one included
             * @example 12
             */
            number_of_recurring_actions: number;
            action_type?: "recurring_cancel" | null;
            /**
             * @description Total Wh of each run: bundles are taken in the order of interval start and id, and the last one is split
             * @example 1000000
             */
            certificate_quantity: number;
            /** @description Who may claim the certificates. Defaults to the name of the account. A public fact. Kept permanently and never erased: name organisations, not persons */
            beneficiary?: string | null;
        };
        RecurringAction: {
            /**
             * @description Id, a positive integer
             * @example 1
             */
            id: number;
            /** @enum {string} */
            action_type: "recurring_transfer" | "recurring_cancel";
            /**
             * @description Id, a positive integer
             * @example 1
             */
            source_id: number;
            target_id: number | null;
            /**
             * @description The user whose rights each run has
             * @example 1
             */
            user_id: number;
            beneficiary: string | null;
            /**
             * @description Wh
             * @example 1000000
             */
            certificate_quantity: number;
            /** @description The filters of the request, as in a certificate query */
            filter: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            initial_action_datetime: string;
            /** @enum {string} */
            recurring_action_period_units: "days" | "weeks" | "months" | "years";
            recurring_action_period_quantity: number;
            number_of_recurring_actions: number;
            /** @description Number of finished runs, including refused ones */
            runs_done: number;
            /** @description null after the last run */
            next_action_datetime: string | null;
            /**
             * @description Incremented by every change. In quotes it is the entity tag: `If-Match: "3"`
             * @example 1
             */
            version: number;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            created_at: string;
        };
        Event: {
            /** @description Position among all events, starting at 0 without gaps */
            position: number;
            /** @description SHA-256 of the previous hash and the event, in hexadecimal */
            hash: string;
            /** Format: uuid */
            event_id: string;
            /** @enum {string} */
            event_type: "CREATE" | "UPDATE" | "DELETE";
            entity_name: string;
            entity_id: number;
            /** @description Parent of a bundle that was created by a split */
            parent_entity_id: number | null;
            /** @description For UPDATE, the previous values of the changed attributes */
            attributes_before: {
                [key: string]: unknown;
            } | null;
            /** @description For CREATE, all attributes; for UPDATE, the new values of the changed attributes */
            attributes_after: {
                [key: string]: unknown;
            } | null;
            actor_id: number | null;
            action_id: number | null;
            request_id: string | null;
            /**
             * Format: date-time
             * @example 2025-01-12T14:00:00Z
             */
            recorded_at: string;
        };
        JournalVerification: {
            /** @description Number of events verified */
            verified: number;
            /** @description Number of those events that were compared with EventStoreDB; `null` if it is not configured */
            compared: number | null;
            /** @description Places whose anchors were verified; `null` without keys */
            places: {
                /** @example the directory */
                name: string;
                /** @description Number of its anchors */
                anchors: number;
            }[] | null;
            difference: string | null;
        };
        JournalHead: {
            /** @description Position of the last event; null if there is none */
            position: number | null;
            /** @description Hash of the last event, in hexadecimal */
            hash: string | null;
            /** @description The last anchor, which may be older than the last event; null if none has been signed */
            anchor: components["schemas"]["Anchor"] | null;
        };
        Anchor: {
            /** @constant */
            type: "urn:gc-registry:anchor:1";
            /** @description Number of the anchor, starting at 0 without gaps */
            number: number;
            /** @description Position of the last event that the anchor covers */
            position: number;
            /** @description Hash of that event, and so of the chain up to it, in hexadecimal */
            hash: string;
            /**
             * @description Energy in Wh of all bundles by their status after that event
             * @example {
             *       "Active": "2500000",
             *       "Cancelled": "400000"
             *     }
             */
            energy_wh: {
                [key: string]: string;
            };
            /** Format: date-time */
            signed_at: string;
            /** @description Thumbprint (RFC 7638) of the public key */
            key_id: string;
            /** @description SHA-256 of the previous anchor as RFC 8785 JSON, in hexadecimal; null for the first */
            previous: string | null;
            /** @description Ed25519 signature over the other members as RFC 8785 JSON, in base64url */
            signature: string;
        };
        /** @description A problem document (RFC 9457). An error means that nothing was changed. */
        Problem: {
            /**
             * @description Identifies the kind of problem. The last part is a stable code.
             * @example urn:gc-registry:problem:not-found
             */
            type: string;
            /**
             * @description The name of the status.
             * @example Not Found
             */
            title: string;
            /** @example 404 */
            status: number;
            /**
             * @description Explains the problem.
             * @example There is no bundle 999.
             */
            detail: string;
            /**
             * @description Identifies the request, as `x-request-id` does.
             * @example urn:uuid:8d8ac610-566d-4ef0-9c22-186b2a5ed793
             */
            instance: string;
            /** @description The invalid fields, if there are any. */
            errors?: {
                /** @example body.limit */
                path: string;
                /** @example Too big: expected number to be <=10000 */
                message: string;
            }[];
        };
    };
    responses: {
        /** @description The request is malformed. */
        BadRequest: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The credentials are missing, invalid or expired. */
        Unauthorized: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                "www-authenticate": components["headers"]["www-authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The caller does not have the required permission. */
        Forbidden: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The resource does not exist, or is not visible to the caller. */
        NotFound: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description None of the accepted media types is available. */
        NotAcceptable: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request conflicts with the current state. */
        Conflict: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The entity has changed since the version in `If-Match`. */
        PreconditionFailed: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                etag: components["headers"]["etag"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request body is too large. */
        PayloadTooLarge: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The media type of the request body is not supported. */
        UnsupportedMediaType: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A field is invalid, or a rule is violated. */
        UnprocessableEntity: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests. Repeat the request after `retry-after` seconds. */
        TooManyRequests: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "idempotency-replayed": components["headers"]["idempotency-replayed"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description An unexpected error occurred. */
        InternalServerError: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The registry is overloaded or unavailable. Repeat the request after `retry-after` seconds. */
        ServiceUnavailable: {
            headers: {
                "cache-control": components["headers"]["cache-control"];
                "x-request-id": components["headers"]["x-request-id"];
                "ratelimit-limit": components["headers"]["ratelimit-limit"];
                "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                "ratelimit-reset": components["headers"]["ratelimit-reset"];
                "registry-consistency": components["headers"]["registry-consistency"];
                "registry-replica": components["headers"]["registry-replica"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
        IdempotencyKey: string;
        /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
        IfMatch: string;
        /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
        Consistency: string;
    };
    requestBodies: never;
    headers: {
        /** @description Responses must not be cached. */
        "cache-control": string;
        /** @description Identifies the request in the log and in the journal. */
        "x-request-id": string;
        /** @description Requests permitted per window. Absent if requests are not limited. */
        "ratelimit-limit": number;
        /** @description Requests left in the current window. */
        "ratelimit-remaining": number;
        /** @description Seconds until the next window begins. */
        "ratelimit-reset": number;
        /** @description Seconds to wait before the request is repeated. */
        "retry-after": number;
        /** @description The authentication scheme. */
        "www-authenticate": string;
        /** @description The version of the entity, in quotes. Send it as `If-Match` to change only this version. */
        etag: string;
        /** @description The `cursor` of the next page. Absent on the last page. */
        "registry-next-cursor": string;
        /** @description The `after` of the next page. Absent on the last page. */
        "registry-next-after": string;
        /** @description A token for this write. Send it with a later request, and the response reflects the write. */
        "registry-consistency": string;
        /** @description The write is committed, but a standby has not replayed it in time. */
        "registry-replica": "lagging";
        /** @description The response is the stored one of the first request with this `Idempotency-Key`. */
        "idempotency-replayed": "true";
    };
    pathItems: never;
}
export type Liveness = components['schemas']['Liveness'];
export type Readiness = components['schemas']['Readiness'];
export type LogLevelChange = components['schemas']['LogLevelChange'];
export type LogLevel = components['schemas']['LogLevel'];
export type CsrfToken = components['schemas']['CsrfToken'];
export type Tokens = components['schemas']['Tokens'];
export type PasswordChange = components['schemas']['PasswordChange'];
export type ApiKeyCreate = components['schemas']['ApiKeyCreate'];
export type NewApiKey = components['schemas']['NewApiKey'];
export type ApiKey = components['schemas']['ApiKey'];
export type PreviousApiKeyCreate = components['schemas']['PreviousApiKeyCreate'];
export type NewPreviousApiKey = components['schemas']['NewPreviousApiKey'];
export type PreviousApiKey = components['schemas']['PreviousApiKey'];
export type UserCreate = components['schemas']['UserCreate'];
export type User = components['schemas']['User'];
export type UserWithAccounts = components['schemas']['UserWithAccounts'];
export type AccountOfUser = components['schemas']['AccountOfUser'];
export type PersonalDataExport = components['schemas']['PersonalDataExport'];
export type UserUpdate = components['schemas']['UserUpdate'];
export type RoleChange = components['schemas']['RoleChange'];
export type EmailChange = components['schemas']['EmailChange'];
export type EmailChangeRequest = components['schemas']['EmailChangeRequest'];
export type PasswordReset = components['schemas']['PasswordReset'];
export type Erasure = components['schemas']['Erasure'];
export type OrganisationCreate = components['schemas']['OrganisationCreate'];
export type Organisation = components['schemas']['Organisation'];
export type OrganisationUpdate = components['schemas']['OrganisationUpdate'];
export type AccountCreate = components['schemas']['AccountCreate'];
export type Account = components['schemas']['Account'];
export type AccountReference = components['schemas']['AccountReference'];
export type AccountUpdate = components['schemas']['AccountUpdate'];
export type WhitelistUpdate = components['schemas']['WhitelistUpdate'];
export type AccountSummary = components['schemas']['AccountSummary'];
export type DeviceCreate = components['schemas']['DeviceCreate'];
export type Device = components['schemas']['Device'];
export type DeviceUpdate = components['schemas']['DeviceUpdate'];
export type CertificateDevice = components['schemas']['CertificateDevice'];
export type MeasurementCreate = components['schemas']['MeasurementCreate'];
export type Measurement = components['schemas']['Measurement'];
export type MeasurementUpdate = components['schemas']['MeasurementUpdate'];
export type MetadataCreate = components['schemas']['MetadataCreate'];
export type Metadata = components['schemas']['Metadata'];
export type CertificateCreate = components['schemas']['CertificateCreate'];
export type Bundle = components['schemas']['Bundle'];
export type CertificateQuery = components['schemas']['CertificateQuery'];
export type CertificateQueryAnswer = components['schemas']['CertificateQueryAnswer'];
export type FullBundle = components['schemas']['FullBundle'];
export type ConservationCheck = components['schemas']['ConservationCheck'];
export type TimelineLineage = components['schemas']['TimelineLineage'];
export type LineageIssuance = components['schemas']['LineageIssuance'];
export type IssuanceVersion = components['schemas']['IssuanceVersion'];
export type HashChain = components['schemas']['HashChain'];
export type SharedFacts = components['schemas']['SharedFacts'];
export type HashLink = components['schemas']['HashLink'];
export type AccountNamed = components['schemas']['AccountNamed'];
export type TimelineEvent = components['schemas']['TimelineEvent'];
export type Diff = components['schemas']['Diff'];
export type RawLineage = components['schemas']['RawLineage'];
export type RawEvent = components['schemas']['RawEvent'];
export type TransferRequest = components['schemas']['TransferRequest'];
export type Action = components['schemas']['Action'];
export type CancelRequest = components['schemas']['CancelRequest'];
export type ClaimRequest = components['schemas']['ClaimRequest'];
export type ReserveRequest = components['schemas']['ReserveRequest'];
export type UnreserveRequest = components['schemas']['UnreserveRequest'];
export type LockRequest = components['schemas']['LockRequest'];
export type UnlockRequest = components['schemas']['UnlockRequest'];
export type WithdrawRequest = components['schemas']['WithdrawRequest'];
export type RecurringTransferRequest = components['schemas']['RecurringTransferRequest'];
export type RecurringCancelRequest = components['schemas']['RecurringCancelRequest'];
export type RecurringAction = components['schemas']['RecurringAction'];
export type Event = components['schemas']['Event'];
export type JournalVerification = components['schemas']['JournalVerification'];
export type JournalHead = components['schemas']['JournalHead'];
export type Anchor = components['schemas']['Anchor'];
export type Problem = components['schemas']['Problem'];
export type ResponseBadRequest = components['responses']['BadRequest'];
export type ResponseUnauthorized = components['responses']['Unauthorized'];
export type ResponseForbidden = components['responses']['Forbidden'];
export type ResponseNotFound = components['responses']['NotFound'];
export type ResponseNotAcceptable = components['responses']['NotAcceptable'];
export type ResponseConflict = components['responses']['Conflict'];
export type ResponsePreconditionFailed = components['responses']['PreconditionFailed'];
export type ResponsePayloadTooLarge = components['responses']['PayloadTooLarge'];
export type ResponseUnsupportedMediaType = components['responses']['UnsupportedMediaType'];
export type ResponseUnprocessableEntity = components['responses']['UnprocessableEntity'];
export type ResponseTooManyRequests = components['responses']['TooManyRequests'];
export type ResponseInternalServerError = components['responses']['InternalServerError'];
export type ResponseServiceUnavailable = components['responses']['ServiceUnavailable'];
export type ParameterIdempotencyKey = components['parameters']['IdempotencyKey'];
export type ParameterIfMatch = components['parameters']['IfMatch'];
export type ParameterConsistency = components['parameters']['Consistency'];
export type HeaderCacheControl = components['headers']['cache-control'];
export type HeaderXRequestId = components['headers']['x-request-id'];
export type HeaderRatelimitLimit = components['headers']['ratelimit-limit'];
export type HeaderRatelimitRemaining = components['headers']['ratelimit-remaining'];
export type HeaderRatelimitReset = components['headers']['ratelimit-reset'];
export type HeaderRetryAfter = components['headers']['retry-after'];
export type HeaderWwwAuthenticate = components['headers']['www-authenticate'];
export type HeaderEtag = components['headers']['etag'];
export type HeaderRegistryNextCursor = components['headers']['registry-next-cursor'];
export type HeaderRegistryNextAfter = components['headers']['registry-next-after'];
export type HeaderRegistryConsistency = components['headers']['registry-consistency'];
export type HeaderRegistryReplica = components['headers']['registry-replica'];
export type HeaderIdempotencyReplayed = components['headers']['idempotency-replayed'];
export type $defs = Record<string, never>;
export interface operations {
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is running */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state of each component */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            422: components["responses"]["UnprocessableEntity"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    changeLogLevel: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "level": "info"
                 *     }
                 */
                "application/json": components["schemas"]["LogLevelChange"];
            };
        };
        responses: {
            /** @description The previous and the new level */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLevel"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    csrfToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A random token */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CsrfToken"];
                };
            };
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "username": "trading_user@usermail.com",
                 *       "password": "registry-demo"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The e-mail of the user
                     * @example trading_user@usermail.com
                     */
                    username: string;
                    /**
                     * Format: password
                     * @example registry-demo
                     */
                    password: string;
                };
            };
        };
        responses: {
            /** @description An access token and a refresh token */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "gcrr_000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                 *     }
                 */
                "application/json": {
                    /** @example gcrr_000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 */
                    refresh_token: string;
                };
            };
        };
        responses: {
            /** @description A new access token and a new refresh token */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "current_password": "registry-demo",
                 *       "new_password": "registry-demo"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description The password is changed */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
                /** @description List the keys of another user (administrators only) */
                user_id?: number;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of keys */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Meter readings",
                 *       "permissions": [
                 *         "read",
                 *         "produce"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ApiKeyCreate"];
            };
        };
        responses: {
            /** @description The new key */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key is revoked */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createPreviousApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Meter readings"
                 *     }
                 */
                "application/json": components["schemas"]["PreviousApiKeyCreate"];
            };
        };
        responses: {
            /** @description The new key */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewPreviousApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listPreviousApiKeys: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of keys */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviousApiKey"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Tara Trader",
                 *       "email": "tara.trader@example.com",
                 *       "role": "TRADING_USER",
                 *       "organisation": "Example Energy",
                 *       "password": "correct horse battery"
                 *     }
                 */
                "application/json": components["schemas"]["UserCreate"];
            };
        };
        responses: {
            /** @description The new user */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readMe: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current user */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserWithAccounts"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readMyAccounts: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of accounts */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountOfUser"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    exportMe: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of the export */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonalDataExport"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of users */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserWithAccounts"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 5
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "organisation": "Example Energy"
                 *     }
                 */
                "application/json": components["schemas"]["UserUpdate"];
            };
        };
        responses: {
            /** @description The user as it is now */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    changeUserRole: {
        parameters: {
            query?: {
                /** @description A role, by name or by number */
                role?: ("ADMIN" | "PRODUCTION_USER" | "TRADING_USER" | "AUDIT_USER" | "STORAGE_VALIDATOR") | string;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 5
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "STORAGE_VALIDATOR"
                 *     }
                 */
                "application/json": components["schemas"]["RoleChange"];
            };
        };
        responses: {
            /** @description The user as it is now */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    requestEmailChange: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "admin_user@example.com",
                 *       "current_password": "registry-demo"
                 *     }
                 */
                "application/json": components["schemas"]["EmailChange"];
            };
        };
        responses: {
            /** @description The request is recorded */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listEmailChanges: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of requests */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmailChangeRequest"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    changeUserEmail: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 5
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "storage_validator@example.com",
                 *       "current_password": "registry-demo"
                 *     }
                 */
                "application/json": components["schemas"]["EmailChange"];
            };
        };
        responses: {
            /** @description The user as it is now */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    resetUserPassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 5
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "registry-demo"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description The password is reset */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteUser: {
        parameters: {
            query?: {
                /** @description Must equal the id in the path if present (sent by older clients) */
                user_id?: number;
            };
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is deleted */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    eraseUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is erased */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readAccountUsers: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of users */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Example Energy",
                 *       "business_id": "SC123456",
                 *       "email": "office@example.com",
                 *       "website": "https://example.com",
                 *       "address": "1 Harbour Road, Aberdeen"
                 *     }
                 */
                "application/json": components["schemas"]["OrganisationCreate"];
            };
        };
        responses: {
            /** @description The new organisation */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listOrganisations: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of organisations */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organisation */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "address": "2 Harbour Road, Aberdeen"
                 *     }
                 */
                "application/json": components["schemas"]["OrganisationUpdate"];
            };
        };
        responses: {
            /** @description The organisation as it is now */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organisation is deleted */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "account_name": "Example Account",
                 *       "timezone": "Europe/London"
                 *     }
                 */
                "application/json": components["schemas"]["AccountCreate"];
            };
        };
        responses: {
            /** @description The new account */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listAccounts: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of accounts */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listAccountDirectory: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
                /** @description The exact name of an account, whether or not it is listed */
                name?: string;
                /** @description The id of an account, whether or not it is listed */
                account_id?: number;
                /** @description Start of the name of a listed account, regardless of case */
                prefix?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of accounts */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountReference"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 2
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "timezone": "Europe/Paris"
                 *     }
                 */
                "application/json": components["schemas"]["AccountUpdate"];
            };
        };
        responses: {
            /** @description The account as it is now */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateAccountWhitelist: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "add_to_whitelist": [
                 *         2
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["WhitelistUpdate"];
            };
        };
        responses: {
            /** @description The account as it is now */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account is closed */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readAccountWhitelist: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of accounts */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountReference"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readAccountWhitelistInverse: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of accounts */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description Id, a positive integer
                         * @example 1
                         */
                        id: number;
                        account_name: string;
                    }[];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readAccountSummary: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The totals */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountSummary"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createDevice: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "device_name": "Example Wind Farm",
                 *       "local_device_identifier": "EXAMPLE-1",
                 *       "grid": "National Grid",
                 *       "energy_source": "wind",
                 *       "technology_type": "wind_turbine",
                 *       "operational_date": "2020-01-01T00:00:00Z",
                 *       "power_mw": 50,
                 *       "peak_demand": 0.5,
                 *       "location": "57.2278, -1.9797",
                 *       "is_storage": false,
                 *       "granularity_minutes": 60,
                 *       "account_id": 1
                 *     }
                 */
                "application/json": components["schemas"]["DeviceCreate"];
            };
        };
        responses: {
            /** @description The new device */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listDevices: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of devices */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readDevice: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The device */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateDevice: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "location": "57.2278, -1.9797"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceUpdate"];
            };
        };
        responses: {
            /** @description The device as it is now */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteDevice: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The device is deleted */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readAccountDevices: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of devices */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readAccountCertificateDevices: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of devices */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateDevice"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createMeasurement: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "device_id": 1,
                 *       "interval_start_datetime": "2025-01-12T14:00:00Z",
                 *       "interval_end_datetime": "2025-01-12T15:00:00Z",
                 *       "interval_usage": 12500000,
                 *       "gross_net_indicator": "NET"
                 *     }
                 */
                "application/json": components["schemas"]["MeasurementCreate"];
            };
        };
        responses: {
            /** @description The new reading */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Measurement"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listMeasurements: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
                /** @description Return only readings of this device */
                device_id?: number;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of readings */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Measurement"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readMeasurement: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reading */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Measurement"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    updateMeasurement: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /**
                 * @description Id, a positive integer
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "interval_usage": 12400000
                 *     }
                 */
                "application/json": components["schemas"]["MeasurementUpdate"];
            };
        };
        responses: {
            /** @description The reading as it is now */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    etag: components["headers"]["etag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Measurement"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteMeasurement: {
        parameters: {
            query?: {
                /** @description Must equal the id in the path if present (sent by older clients) */
                measurement_id?: number;
            };
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The reading is deleted */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createIssuanceMetadata: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "country_of_issuance": "GB",
                 *       "connected_grid_identification": "NESO",
                 *       "issuing_body": "Ofgem",
                 *       "legal_status": "Voluntary",
                 *       "issuance_purpose": "Disclosure",
                 *       "issue_market_zone": "GB"
                 *     }
                 */
                "application/json": components["schemas"]["MetadataCreate"];
            };
        };
        responses: {
            /** @description The metadata */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metadata"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createCertificates: {
        parameters: {
            query?: {
                /** @description Ignored. Older clients send it */
                nonce?: string;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "device_id": 1,
                 *       "metadata_id": 1,
                 *       "production_starting_interval": "2025-01-12T14:00:00Z",
                 *       "production_ending_interval": "2025-01-12T15:00:00Z",
                 *       "bundle_quantity": 12500000
                 *     }
                 */
                "application/json": components["schemas"]["CertificateCreate"];
            };
        };
        responses: {
            /** @description The bundle */
            201: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bundle"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 64 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    queryCertificates: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "energy_source": "wind",
                 *       "certificate_bundle_status": "Active",
                 *       "limit": 10
                 *     }
                 */
                "application/json": components["schemas"]["CertificateQuery"];
            };
        };
        responses: {
            /** @description A page of bundles */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateQueryAnswer"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    queryFullCertificates: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "energy_source": "wind",
                 *       "certificate_bundle_status": "Active",
                 *       "limit": 10
                 *     }
                 */
                "application/json": components["schemas"]["CertificateQuery"];
            };
        };
        responses: {
            /** @description A page of bundles with device and metadata */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FullBundle"][];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    checkCertificates: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result of the check */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConservationCheck"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readCertificate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bundle with its device and metadata */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FullBundle"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readCertificateLineage: {
        parameters: {
            query?: {
                /** @description `timeline`: for display; `raw`: for processing */
                format?: "timeline" | "raw";
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lineage */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineLineage"] | components["schemas"]["RawLineage"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    readAccountCertificates: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of bundles */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateQueryAnswer"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    transferCertificates: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "granular_certificate_bundle_ids": [
                 *         101
                 *       ],
                 *       "target_id": 2,
                 *       "certificate_bundle_percentage": 0.5
                 *     }
                 */
                "application/json": components["schemas"]["TransferRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    cancelCertificates: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "granular_certificate_bundle_ids": [
                 *         102
                 *       ],
                 *       "beneficiary": "The school at the harbour"
                 *     }
                 */
                "application/json": components["schemas"]["CancelRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    claimCertificates: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "granular_certificate_bundle_ids": [
                 *         102
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ClaimRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    reserveCertificates: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "granular_certificate_bundle_ids": [
                 *         103
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ReserveRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    unreserveCertificates: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "granular_certificate_bundle_ids": [
                 *         103
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["UnreserveRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    lockCertificates: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "granular_certificate_bundle_ids": [
                 *         104
                 *       ],
                 *       "reason": "The meter is being examined"
                 *     }
                 */
                "application/json": components["schemas"]["LockRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    unlockCertificates: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "granular_certificate_bundle_ids": [
                 *         104
                 *       ],
                 *       "reason": "The meter works correctly"
                 *     }
                 */
                "application/json": components["schemas"]["UnlockRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    withdrawCertificates: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "granular_certificate_bundle_ids": [
                 *         105
                 *       ],
                 *       "reason": "The meter was misread"
                 *     }
                 */
                "application/json": components["schemas"]["WithdrawRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listActions: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
                /** @description The source account, or the target of a transfer */
                account_id?: number;
                action_type?: "transfer" | "recurring_transfer" | "cancel" | "recurring_cancel" | "claim" | "recurring_claim" | "withdraw" | "lock" | "unlock" | "reserve" | "unreserve" | "export" | "cancel_for_storage" | "expire";
                from?: string;
                to?: string;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of actions */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createRecurringTransfer: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "energy_source": "wind",
                 *       "certificate_bundle_status": "Active",
                 *       "target_id": 2,
                 *       "certificate_quantity": 1000000,
                 *       "recurring_action_period_units": "days",
                 *       "recurring_action_period_quantity": 1,
                 *       "number_of_recurring_actions": 12
                 *     }
                 */
                "application/json": components["schemas"]["RecurringTransferRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createRecurringCancel: {
        parameters: {
            query?: {
                /** @description Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new bundles in `resulting_bundle_ids` do not exist afterwards */
                dry_run?: boolean;
            };
            header?: {
                /** @description A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source_id": 1,
                 *       "energy_source": "wind",
                 *       "certificate_bundle_status": "Active",
                 *       "beneficiary": "The school at the harbour",
                 *       "certificate_quantity": 1000000,
                 *       "recurring_action_period_units": "days",
                 *       "recurring_action_period_quantity": 1,
                 *       "number_of_recurring_actions": 12
                 *     }
                 */
                "application/json": components["schemas"]["RecurringCancelRequest"];
            };
        };
        responses: {
            /** @description The completed action */
            202: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    "idempotency-replayed": components["headers"]["idempotency-replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Action"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            /** @description The body is longer than 1.5 MiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listRecurringActions: {
        parameters: {
            query?: {
                /** @description Rows on a page, at most 1000 */
                limit?: number;
                /** @description Cursor from `registry-next-cursor` of the previous page */
                cursor?: string;
                /** @description The source account */
                account_id?: number;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of recurring actions */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-cursor": components["headers"]["registry-next-cursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecurringAction"][];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    deleteRecurringAction: {
        parameters: {
            query?: never;
            header?: {
                /** @description One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id, a positive integer */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recurring action is stopped */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-consistency": components["headers"]["registry-consistency"];
                    "registry-replica": components["headers"]["registry-replica"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            /** @description The body is longer than 8 KiB. */
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Return only events after this position */
                after?: string;
                /** @description Maximum number of events to return, up to 1000 */
                limit?: number;
                entity_name?: string;
                /** @description Id, a positive integer */
                entity_id?: number;
            };
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events in the order of their positions */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    "registry-next-after": components["headers"]["registry-next-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"][];
                    "text/event-stream": string;
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    verifyEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result of the verification */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalVerification"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    journalHead: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token from the response to a write. The response reflects that write, whichever instance serves it. */
                "registry-consistency"?: components["parameters"]["Consistency"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The head of the journal */
            200: {
                headers: {
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "ratelimit-limit": components["headers"]["ratelimit-limit"];
                    "ratelimit-remaining": components["headers"]["ratelimit-remaining"];
                    "ratelimit-reset": components["headers"]["ratelimit-reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalHead"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["UnprocessableEntity"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
}
